#include "experiments/experiment/experiment_documents.hpp"

#include <fmt/format.h>

#include "experiments/command/cluster_file.hpp"
#include "experiments/command/data_folders.hpp"
#include "sim/core/table_reader.hpp"
#include "topologies/base.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

struct Overrides {
  std::vector<std::string> experiment, cluster, model;
};

Overrides sorted_by_file(const std::vector<std::string>& overrides) {
  Overrides sorted;
  for (const std::string& assignment : overrides) {
    if (assignment.starts_with("cluster.")) {
      sorted.cluster.push_back(assignment.substr(8));
    } else if (assignment.starts_with("model.")) {
      sorted.model.push_back(assignment.substr(6));
    } else {
      sorted.experiment.push_back(assignment);
    }
  }
  return sorted;
}

// The file under `key`: relative to the experiment's folder, or to the command line's.
fs::path find_named(const char* folder, TableReader& table, const char* key,
                    const fs::path& experiment) {
  const Origin& origin = table.origin_of(key);
  const fs::path base = origin.line == 0 ? fs::path() : experiment.parent_path();
  return find_file(folder, table.text(key), base, origin);
}

}  // namespace

fs::path experiment_path(const std::string& name) {
  return find_file("experiments", name, "", {fmt::format("experiment {}", name)});
}

ExperimentDocuments load_experiment_documents(const std::string& name,
                                              const std::vector<std::string>& overrides) {
  const Overrides sorted = sorted_by_file(overrides);
  ExperimentDocuments documents;
  documents.path = experiment_path(name);
  documents.experiment =
      overridden(load_document(documents.path.lexically_normal().string()), sorted.experiment);
  TableReader table(documents.experiment, "the experiment");
  const fs::path cluster = find_named("topologies", table, "cluster", documents.path);
  TopologyDocument topology = load_topology_document(cluster.lexically_normal().string());
  documents.cluster = overridden(std::move(topology.description), sorted.cluster, "cluster.");
  const fs::path model = find_named("models", table, "model", documents.path);
  documents.model =
      overridden(load_document(model.lexically_normal().string()), sorted.model, "model.");
  documents.files = std::move(topology.files);
  documents.files.insert(documents.files.end(), {model.string(), documents.path.string()});
  return documents;
}

}  // namespace palsim
