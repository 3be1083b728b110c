#include "experiments/explore/explorer_page.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "experiments/command/data_folders.hpp"
#include "experiments/report/inlined_page.hpp"
#include "sim/core/error.hpp"
#include "topologies/base.hpp"
#include "topologies/topology.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::vector<fs::path> cluster_files() {
  std::vector<fs::path> files;
  std::error_code none;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(data_home() / "topologies", none)) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Json facts_of(const fs::path& file) {
  const Topology cluster = read_topology(load_topology_document(file.string()).description);
  Json facts{{"name", file.stem().string()},
             {"nodes", cluster.network.nodes()},
             {"workers_per_node", cluster.network.workers_per_node()},
             {"fabric", nullptr},
             {"device_memory_bytes", cluster.device.memory.count()},
             {"device_is_shared", !cluster.device.throughput.empty()},
             {"transport", word_of(transport_kind_words, cluster.transport.kind)}};
  if (const auto& fabric = cluster.network.fabric()) {
    facts["fabric"] = {{"bandwidth_Bps", fabric->uplink.bandwidth.count()},
                       {"latency_s", fabric->uplink.latency.in_seconds()}};
  }
  return facts;
}

}  // namespace

Json cluster_facts() {
  Json all = Json::array();
  for (const fs::path& file : cluster_files()) all.push_back(facts_of(file));
  return all;
}

std::string explorer_page() {
  const fs::path core = data_home() / "build/web/palsim_core.js";
  std::error_code none;
  require<InputError>(fs::is_regular_file(core, none),
                      "'{}': the simulator's core is not built for browsers yet; write ./dev "
                      "explore first",
                      core.string());
  const std::string page = inlined_page(data_home() / "web/explorer/explorer.html");
  return with_data(page, "palsim-data",
                   Json{{"version", PALSIM_VERSION}, {"clusters", cluster_facts()}}.dump());
}

}  // namespace palsim
