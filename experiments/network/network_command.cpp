#include "experiments/network/network_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/command/cluster_file.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/network/collective_sweep.hpp"
#include "experiments/network/flow_file.hpp"
#include "experiments/network/link_report.hpp"
#include "experiments/network/rank_list.hpp"
#include "experiments/network/topology_description.hpp"
#include "sim/core/error.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

struct CollectiveOption {
  const char* option;
  Collective collective;
  const char* help;
};
const std::vector<CollectiveOption> collective_options{
    {"all-reduce", Collective::all_reduce,
     "time an all-reduce of one size, or of sizes that double"},
    {"reduce-scatter", Collective::reduce_scatter, "likewise; the size is what each rank gives"},
    {"all-gather", Collective::all_gather, "likewise; the size is what each rank ends with"},
    {"broadcast", Collective::broadcast, "likewise, from the first rank"},
    {"send", Collective::point_to_point, "likewise, from the first to the second of two ranks"}};

const CommandDescription description{
    .name = "network",
    .brief = "what collectives and flows take on a cluster, and which link is the bottleneck",
    .usage = "TOPOLOGY",
    .summary =
        "Times collectives and flows on a cluster's network, and shows the network.\n"
        "TOPOLOGY is a name in topologies/ or the path of a TOML file.",
    .example = "palsim network l40s_pcie_x4 --all-reduce 1KiB:1GiB",
    .positional = "topology"};

po::options_description described_options() {
  po::options_description options;
  for (const CollectiveOption& one : collective_options) {
    options.add_options()(one.option, po::value<std::string>()->value_name("SIZE[:MAX]"), one.help);
  }
  options.add_options()("algorithm", one_of(fmt::format("{}", fmt::join(algorithm_words, "|"))),
                        "the same as --set transport.algorithm=...")(
      "protocol", one_of(fmt::format("{}", fmt::join(protocol_words, "|"))),
      "the same as --set transport.protocol=...")(
      "workers", po::value<std::string>()->value_name("NUMBER"), "the first so many ranks only")(
      "group", po::value<std::vector<std::string>>()->value_name("RANKS"),
      "these ranks only, such as 0-3,8; given several times: all groups at the same time")(
      "link-report", "each link's bytes and utilization instead, at the largest size")(
      "flows", po::value<std::string>()->value_name("FILE"),
      "replay the flows of a CSV file: start_s,source_rank,target_rank,bytes")(
      "describe", "print the topology")("dot", "print the topology as a graph for Graphviz")(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE"),
      "set a key of the topology, such as fabric.bandwidth=25Gbit/s; may be repeated")(
      "format", one_of("table|json|csv|markdown"),
      "how the answer is printed; default: table, of flows csv; --describe: table or markdown");
  return options;
}

// What may be asked, and the options that go with it. An all-reduce takes all of them; the other
// collectives have one algorithm each.
struct Question {
  std::string_view name;
  std::vector<std::string_view> options;
  std::vector<std::string> formats;  // the first is the default
};
const Question all_reduce_question{
    "all-reduce",
    {"algorithm", "protocol", "workers", "group", "link-report", "set", "format"},
    {"table", "json", "csv", "markdown"}};
const Question collective_question{"collective",
                                   {"protocol", "workers", "group", "link-report", "set", "format"},
                                   {"table", "json", "csv", "markdown"}};
const std::vector<Question> other_questions{
    all_reduce_question,
    {"describe", {"set", "format"}, {"table", "markdown"}},
    {"dot", {"set"}, {}},
    {"flows", {"set", "format"}, {"csv", "json", "table", "markdown"}}};

const Question& question_of(std::string_view asked) {
  const auto found = std::find_if(other_questions.begin(), other_questions.end(),
                                  [&](const Question& one) { return one.name == asked; });
  return found == other_questions.end() ? collective_question : *found;
}

void require_fitting_options(const CommandValues& values, const std::string& asked) {
  const std::vector<std::string_view>& allowed = question_of(asked).options;
  for (const std::string_view option : all_reduce_question.options) {
    require<InputError>(values.count(std::string(option)) == 0 ||
                            std::find(allowed.begin(), allowed.end(), option) != allowed.end(),
                        "--{}: --{} does not go with it; leave it out", asked, option);
  }
}

// None for what is written in one form only.
std::string format_of(const CommandValues& values, const std::string& asked) {
  const std::vector<std::string>& formats = question_of(asked).formats;
  if (formats.empty()) return "";
  auto format = value_or<std::string>(values, "format", formats.front());
  require_choice("format", format, formats);
  return format;
}

std::int64_t parse_workers(const CommandValues& values, Rank available) {
  if (values.count("workers") == 0) return 0;
  const std::string text = values["workers"].as<std::string>();
  const std::optional<Rank> workers = parse_rank(text);
  require<InputError>(workers && *workers >= 1, "--workers {}: write a number of at least 1", text);
  require<InputError>(*workers <= available, "--workers {}: the cluster has {}; write 1 to {}",
                      text, available, available);
  return *workers;
}

Order parse_group(const std::string& text, Rank available) {
  Order ranks = parse_ranks("group", text);
  const Rank last = *std::max_element(ranks.begin(), ranks.end());
  require<InputError>(last < available, "--group {}: the cluster has {} ranks; write 0 to {}", text,
                      available, available - 1);
  return ranks;
}

CommunicatorOptions parse_groups(const CommandValues& values, Collective collective,
                                 Rank available) {
  CommunicatorOptions options{.workers = parse_workers(values, available)};
  const bool is_send = collective == Collective::point_to_point;
  require<InputError>(!is_send || options.workers == 0 || options.workers == 2,
                      "--workers {}: --send goes between two; write 2, or --group 0,1",
                      options.workers);
  for (const std::string& text : value_or<std::vector<std::string>>(values, "group", {})) {
    options.groups.push_back(parse_group(text, available));
    require<InputError>(options.workers == 0,
                        "--group {}: --workers is given too; write one of them", text);
    require<InputError>(!is_send || options.groups.back().size() == 2,
                        "--group {}: {} ranks; --send goes between two", text,
                        options.groups.back().size());
  }
  if (options.groups.empty() && is_send) options.workers = 2;
  return options;
}

// The options that say which ranks take part, as they were written; without them, what was asked.
std::string ranks_as_given(const CommandValues& values, const std::string& asked) {
  std::vector<std::string> given;
  for (const std::string& text : value_or<std::vector<std::string>>(values, "group", {})) {
    given.push_back("--group " + text);
  }
  if (!given.empty()) return fmt::format("{}", fmt::join(given, " "));
  const std::string option = values.count("workers") > 0 ? "workers" : asked;
  return fmt::format("--{} {}", option, values[option].as<std::string>());
}

Communicator communicator_of(const CommandValues& values, const Topology& cluster,
                             const CollectiveOption& option) {
  CommunicatorOptions groups = parse_groups(values, option.collective, cluster.network.ranks());
  try {
    Communicator communicator(cluster.network, cluster.transport, std::move(groups));
    const std::string obstacle = communicator.obstacle_to(option.collective);
    require<InputError>(obstacle.empty(), "{}", obstacle);
    return communicator;
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", ranks_as_given(values, option.option), error.what()));
  }
}

std::string who(const WorkerGroup& group) {
  return fmt::format("{} ranks on {} node{}", group.size(), group.nodes,
                     group.nodes == 1 ? "" : "s");
}

std::string title_of(const Topology& cluster, const Communicator& communicator, const char* what) {
  std::string all;
  for (const WorkerGroup& group : communicator.groups()) {
    all += (all.empty() ? "" : " and ") + who(group);
  }
  return fmt::format("{}: {} over {}, transport {}", cluster.name, what,
                     all.empty() ? "single ranks" : all,
                     word_of(transport_kind_words, cluster.transport.kind));
}

std::string collective_report(const CommandValues& values, const ClusterFile& cluster,
                              const CollectiveOption& option, const std::string& format) {
  const Topology& topology = cluster.topology;
  Communicator communicator = communicator_of(values, topology, option);
  const std::vector<Bytes> sizes =
      parse_sizes(option.option, values[option.option].as<std::string>());
  const std::vector<SweepRow> rows = sweep(communicator, option.collective, sizes);
  const SweepRow& largest = rows.back();
  const std::vector<LinkUse> uses = link_uses(
      topology.network, topology.transport,
      communicator.link_bytes(option.collective, largest.bytes), largest.cost.time.in_seconds());
  const bool links = values.count("link-report") > 0;
  if (format == "json") return links ? link_objects(uses).dump(2) + '\n' : sweep_json(rows);
  if (format == "csv") return links ? link_csv(uses) : sweep_csv(rows);
  const std::string title = title_of(topology, communicator, option.option);
  if (links) return printed({Line{title}, link_table(uses)}, format);
  const std::string bottleneck =
      fmt::format("bottleneck at {} B: {}", largest.bytes.count(), bottleneck_line(uses));
  return printed({Line{title}, sweep_table(rows), Line{bottleneck}}, format);
}

// The one thing that was asked for.
std::string asked_for(const CommandValues& values) {
  std::vector<std::string> asked;
  for (const CollectiveOption& one : collective_options) {
    if (values.count(one.option) > 0) asked.emplace_back(one.option);
  }
  for (const char* option : {"flows", "describe", "dot"}) {
    if (values.count(option) > 0) asked.emplace_back(option);
  }
  require<InputError>(!asked.empty(),
                      "palsim network: nothing to do; write --all-reduce 1KiB:1GiB, --flows FILE, "
                      "--describe, or see palsim network --help");
  require<InputError>(asked.size() == 1, "palsim network: --{} and --{}; write one of them",
                      asked[0], asked.size() > 1 ? asked[1] : "");
  return asked[0];
}

std::vector<std::string> overrides_of(const CommandValues& values) {
  auto overrides = value_or<std::vector<std::string>>(values, "set", {});
  for (const char* key : {"algorithm", "protocol"}) {
    if (values.count(key) == 0) continue;
    overrides.push_back(fmt::format("transport.{}={}", key, values[key].as<std::string>()));
  }
  return overrides;
}

void run(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return;
  const auto names = value_or<std::vector<std::string>>(*values, "topology", {});
  require<InputError>(names.size() == 1,
                      "palsim network: {} topologies; write a name in topologies/ or the path of "
                      "a TOML file",
                      names.size());
  const std::string asked = asked_for(*values);
  require_fitting_options(*values, asked);
  const std::string format = format_of(*values, asked);
  const ClusterFile cluster =
      load_cluster(names[0], "", {fmt::format("topology {}", names[0])}, overrides_of(*values), "");
  const Network& network = cluster.topology.network;
  if (asked == "describe") {
    std::cout << printed(describe(cluster.topology), format);
  } else if (asked == "dot") {
    std::cout << to_dot(cluster.topology);
  } else if (asked == "flows") {
    const std::string path = (*values)["flows"].as<std::string>();
    if (format == "table" || format == "markdown") {
      std::cout << printed({flows_table(network, path)}, format);
    } else {
      std::cout << (format == "json" ? flows_json(network, path) : flows_csv(network, path));
    }
  } else {
    const auto option =
        std::find_if(collective_options.begin(), collective_options.end(),
                     [&](const CollectiveOption& one) { return asked == one.option; });
    std::cout << collective_report(*values, cluster, *option, format);
  }
}

}  // namespace

Command network_command() { return {description, described_options(), run}; }

}  // namespace palsim
