#include "experiments/import/import_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "experiments/command/ascii.hpp"
#include "experiments/command/cluster_file.hpp"
#include "experiments/command/command_line.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/import/machine_topology.hpp"
#include "experiments/import/matrix_machine.hpp"
#include "experiments/import/nccl_dump.hpp"
#include "experiments/import/topology_matrix.hpp"
#include "sim/core/document.hpp"
#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

struct ImportArguments {
  std::string file;
  std::string name;
  std::string device;
  std::string out;
  std::int64_t nodes = 1;
  GivenRates given;
};

const CommandDescription description{
    .name = "import",
    .brief = "the topology file of a machine, from NCCL's dump or nvidia-smi topo -m",
    .usage = "FILE --device CLUSTER",
    .summary =
        "Writes the topology file of a machine from FILE: NCCL's topology dump\n"
        "(NCCL_TOPO_DUMP_FILE, XML) or what `nvidia-smi topo -m` prints.",
    .example = "nvidia-smi topo -m > topo.txt; palsim import topo.txt --device v100_nvlink_x8",
    .positional = "file"};

po::options_description described_options() {
  const auto rate = [] { return po::value<std::string>()->value_name("RATE"); };
  po::options_description options;
  options.add_options()("device", po::value<std::string>()->value_name("CLUSTER"),
                        "a cluster of the same GPU, whose [device] is taken: a name in topologies/ "
                        "or the path of a TOML file")(
      "out", po::value<std::string>()->value_name("FILE"),
      "write the topology there instead of standard output")(
      "name", po::value<std::string>()->value_name("NAME"),
      "the cluster's name (default: --out's or FILE's, without its ending)")(
      "nodes", po::value<std::int64_t>()->value_name("N"),
      "so many such machines, joined by their network cards (default 1)")(
      "nvlink-bandwidth", rate(), "of one NVLink (default: NCCL's prior)")(
      "pcie-bandwidth", rate(), "of each PCIe link (default: NCCL's prior)")(
      "numa-bandwidth", rate(), "between NUMA nodes (default: NCCL's prior)")(
      "nic-bandwidth", rate(), "of each network card (default: as the dump says)");
  return options;
}

std::optional<BytesPerSecond> given_rate(const CommandValues& values, const char* option) {
  if (values.count(option) == 0) return std::nullopt;
  const std::string text = values[option].as<std::string>();
  try {
    const auto rate = parse_quantity<BytesPerSecond>(text);
    require<InputError>(rate > BytesPerSecond(), "'{}' must be above zero", text);
    return rate;
  } catch (const InputError& error) {
    throw InputError(fmt::format("--{}: {}", option, error.what()));
  }
}

// Nothing if help was asked for.
std::optional<ImportArguments> parse(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return std::nullopt;
  const auto files = value_or<std::vector<std::string>>(*values, "file", {});
  require<InputError>(files.size() == 1,
                      "palsim import: {} files; write one: NCCL's topology dump or the matrix of "
                      "nvidia-smi topo -m",
                      files.size());
  ImportArguments parsed{.file = files.front(),
                         .device = value_or<std::string>(*values, "device", ""),
                         .out = value_or<std::string>(*values, "out", ""),
                         .nodes = value_or<std::int64_t>(*values, "nodes", 1),
                         .given = {.nvlink = given_rate(*values, "nvlink-bandwidth"),
                                   .pcie = given_rate(*values, "pcie-bandwidth"),
                                   .numa = given_rate(*values, "numa-bandwidth"),
                                   .card = given_rate(*values, "nic-bandwidth")}};
  const std::filesystem::path named = parsed.out.empty() ? parsed.file : parsed.out;
  parsed.name = value_or<std::string>(*values, "name", named.stem().string());
  const bool one_line = std::none_of(parsed.name.begin(), parsed.name.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  require<InputError>(one_line, "--name '{}': write one line without control characters",
                      parsed.name);
  require<InputError>(parsed.nodes >= 1, "--nodes {}: write at least 1", parsed.nodes);
  require<InputError>(values->count("device") > 0,
                      "palsim import: no --device; the GPU's peaks are not in {}: write a cluster "
                      "with the same GPU, a name in topologies/ or a path",
                      parsed.file);
  if (values->count("out") > 0) require_writable(parsed.out);
  return parsed;
}

struct Description {
  Machine machine;
  std::string format;
};

Description read_description(const ImportArguments& arguments) {
  const std::string text = load_text(arguments.file, "dump or matrix");
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && text[begin] == '<') {
    return {read_nccl_dump(text, arguments.file, arguments.given), "NCCL's topology dump"};
  }
  require<InputError>(looks_like_topology_matrix(text),
                      "{}: neither NCCL's topology dump (XML) nor the matrix of nvidia-smi topo "
                      "-m; write one of them",
                      arguments.file);
  return {machine_of(read_topology_matrix(text, arguments.file), arguments.file, arguments.given),
          "the matrix of nvidia-smi topo -m"};
}

std::string imported_file(const ImportArguments& arguments) {
  const ClusterFile cluster =
      load_cluster(arguments.device, "", {fmt::format("--device {}", arguments.device)}, {}, "");
  if (!arguments.out.empty()) {
    std::vector<std::string> inputs = cluster.files;
    inputs.push_back(arguments.file);
    require_no_input("out", arguments.out, inputs);
  }
  const Description described = read_description(arguments);
  const std::string file_name = std::filesystem::path(arguments.file).filename().string();
  const ImportedTopology imported = imported_topology(
      described.machine,
      {.name = arguments.name,
       .source = fmt::format("Imported from {}, {}.", ascii(file_name), described.format),
       .nodes = arguments.nodes,
       .device = cluster.topology.device,
       .device_source = fmt::format("That of {}.", ascii(cluster.topology.name))});
  std::string text = to_toml(imported.topology, imported.comments);
  read_topology(parse_document(text, "the imported topology"));  // what is written can be read
  return text;
}

void run(const std::vector<std::string>& arguments) {
  const std::optional<ImportArguments> parsed = parse(arguments);
  if (!parsed) return;
  const std::string text = imported_file(*parsed);
  if (parsed->out.empty()) {
    std::cout << text << std::flush;
  } else {
    write_whole_file(parsed->out, text);
  }
}

}  // namespace

Command import_command() { return {description, described_options(), run}; }

}  // namespace palsim
