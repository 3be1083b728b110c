#include "experiments/network/flow_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"
#include "sim/network/flow_replay.hpp"

namespace palsim {
namespace {

struct Flows {
  std::vector<FlowRequest> requests;
  std::vector<Time> finishes;
};

Rank read_rank(const CsvTable& table, std::size_t row, const char* column, const Network& network) {
  const Rank rank = table.integer(row, column, 0);
  if (rank >= network.ranks()) {
    fail_at(table.origin_of(row, column),
            fmt::format("{} = {}: the cluster has {} ranks; write 0 to {}", column, rank,
                        network.ranks(), network.ranks() - 1));
  }
  return rank;
}

Flows replayed(const Network& network, const std::string& path) {
  constexpr double most_seconds = 1e9;
  const CsvTable table = load_csv(path, {"start_s", "source_rank", "target_rank", "bytes"});
  Flows flows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double start_s = table.number(row, "start_s", 0);
    if (start_s > most_seconds) {
      fail_at(table.origin_of(row, "start_s"),
              fmt::format("start_s = {}; write at most {}", start_s, most_seconds));
    }
    const FlowRequest flow{
        Time::start() + Duration::seconds(start_s), read_rank(table, row, "source_rank", network),
        read_rank(table, row, "target_rank", network), Bytes(table.integer(row, "bytes", 0))};
    if (flow.source == flow.target) {
      fail_at(table.origin_of(row, "target_rank"),
              fmt::format("a flow from rank {} to itself; write another target", flow.source));
    }
    flows.requests.push_back(flow);
  }
  flows.finishes = finish_times(network, flows.requests);
  return flows;
}

double seconds(Time time) { return (time - Time::start()).in_seconds(); }

}  // namespace

std::string flows_csv(const Network& network, const std::string& path) {
  const Flows flows = replayed(network, path);
  std::string text = "start_s,source_rank,target_rank,bytes,finish_s\n";
  for (std::size_t at = 0; at < flows.requests.size(); ++at) {
    const FlowRequest& flow = flows.requests[at];
    text += fmt::format("{},{},{},{},{:.9f}\n", seconds(flow.start), flow.source, flow.target,
                        flow.bytes.count(), seconds(flows.finishes[at]));
  }
  return text;
}

Table flows_table(const Network& network, const std::string& path) {
  const Flows flows = replayed(network, path);
  Table table{.rows = {{"start (s)", "source rank", "target rank", "bytes", "finish (s)"}},
              .names = 0};
  for (std::size_t at = 0; at < flows.requests.size(); ++at) {
    const FlowRequest& flow = flows.requests[at];
    table.rows.push_back({fmt::format("{}", seconds(flow.start)), fmt::format("{}", flow.source),
                          fmt::format("{}", flow.target), fmt::format("{}", flow.bytes.count()),
                          fmt::format("{:.9f}", seconds(flows.finishes[at]))});
  }
  return table;
}

std::string flows_json(const Network& network, const std::string& path) {
  const Flows flows = replayed(network, path);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t at = 0; at < flows.requests.size(); ++at) {
    const FlowRequest& flow = flows.requests[at];
    list.push_back({{"start_s", seconds(flow.start)},
                    {"source_rank", flow.source},
                    {"target_rank", flow.target},
                    {"bytes", flow.bytes.count()},
                    {"finish_s", seconds(flows.finishes[at])}});
  }
  return list.dump(2) + '\n';
}

}  // namespace palsim
