#include "experiments/command/cluster_file.hpp"

#include "experiments/command/data_folders.hpp"
#include "topologies/base.hpp"

namespace palsim {

Value overridden(Value document, const std::vector<std::string>& overrides,
                 std::string_view prefix) {
  for (const std::string& assignment : overrides) override_value(document, assignment, prefix);
  return document;
}

ClusterFile load_cluster(const std::string& name, const std::filesystem::path& base,
                         const Origin& origin, const std::vector<std::string>& overrides,
                         std::string_view prefix) {
  const std::filesystem::path path = find_file("topologies", name, base, origin);
  TopologyDocument document = load_topology_document(path.lexically_normal().string());
  return {read_topology(overridden(std::move(document.description), overrides, prefix)),
          std::move(document.files)};
}

}  // namespace palsim
