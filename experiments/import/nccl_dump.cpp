#include "experiments/import/nccl_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <pugixml.hpp>

#include "experiments/command/ascii.hpp"
#include "experiments/import/nccl_rates.hpp"
#include "sim/core/document.hpp"
#include "sim/core/error.hpp"
#include "topologies/exact_text.hpp"

namespace palsim {
namespace {

using Xml = pugi::xml_node;

class Reader {
 public:
  Reader(std::string_view text, const std::string& source, const GivenRates& given)
      : text_(text), source_(source), given_(given) {}

  Machine read() {
    pugi::xml_document document;
    const pugi::xml_parse_result parsed =
        document.load_buffer(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
      fail_at(origin_at(parsed.offset),
              fmt::format("not whole XML: {}; write the dump as NCCL_TOPO_DUMP_FILE leaves it",
                          parsed.description()));
    }
    const Xml system = document.document_element();
    if (std::string_view(system.name()) != "system") {
      fail(system, fmt::format("<{}> is not NCCL's topology; write the dump that "
                               "NCCL_TOPO_DUMP_FILE leaves",
                               system.name()));
    }
    find_gpus(system);
    if (gpus_.empty()) {
      fail(system,
           "no <gpu> with a rank; write what NCCL_TOPO_DUMP_FILE leaves after a run, not a file "
           "for NCCL_TOPO_FILE");
    }
    for (std::size_t at = 0; at < gpus_.size(); ++at) {
      machine_.workers.push_back(fmt::format("gpu{}", at));
    }
    for (const Xml cpu : system.children("cpu")) read_cpu(cpu);
    read_nvlinks();
    note_rates(system);
    return std::move(machine_);
  }

 private:
  struct Gpu {
    std::int64_t rank = 0;
    Xml node;
    Xml pci;
  };

  Origin origin_at(std::ptrdiff_t offset) const {
    const std::string_view before = text_.substr(0, static_cast<std::size_t>(offset));
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {source_, static_cast<std::uint32_t>(lines + 1),
            static_cast<std::uint32_t>(before.size() - line_begin + 1)};
  }

  [[noreturn]] void fail(const Xml& node, std::string_view message) const {
    fail_at(origin_at(std::max<std::ptrdiff_t>(node.offset_debug() - 1, 0)), message);
  }

  // Decimal, as NCCL writes counts.
  std::int64_t integer(const Xml& node, const char* name) const {
    const std::string_view text = node.attribute(name).value();
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
      fail(node, fmt::format("<{}> has {} = '{}'; write a whole number", node.name(), name, text));
    }
    return number;
  }
  std::int64_t integer(const Xml& node, const char* name, std::int64_t fallback) const {
    return node.attribute(name).empty() ? fallback : integer(node, name);
  }
  std::int64_t positive(const Xml& node, const char* name) const {
    const std::int64_t number = integer(node, name);
    if (number < 1 || number > 1'000'000) {
      fail(node, fmt::format("<{}> has {} = {}; write a count from 1", node.name(), name, number));
    }
    return number;
  }

  // Those in the tree that add_pci walks.
  void collect_gpus(const Xml& parent, int depth) {
    constexpr int most_depth = 64;
    for (const Xml pci : parent.children("pci")) {
      if (depth > most_depth) {
        fail(pci, fmt::format("<pci> more than {} levels deep; write fewer", most_depth));
      }
      for (const Xml gpu : pci.children("gpu")) {
        if (const Xml xgmi = gpu.child("xgmi")) {
          fail(xgmi,
               "<xgmi> joins AMD's GPUs, of which no rates are known here; write a dump of "
               "NVIDIA's NCCL");
        }
        const bool in_communicator = !gpu.attribute("rank").empty();
        if (in_communicator) gpus_.push_back({integer(gpu, "rank"), gpu, pci});
      }
      if (!is_end(pci)) collect_gpus(pci, depth + 1);
    }
  }

  // In rank order.
  void find_gpus(const Xml& system) {
    for (const Xml cpu : system.children("cpu")) collect_gpus(cpu, 0);
    std::stable_sort(gpus_.begin(), gpus_.end(),
                     [](const Gpu& a, const Gpu& b) { return a.rank < b.rank; });
    for (std::size_t at = 1; at < gpus_.size(); ++at) {
      if (gpus_[at - 1].rank != gpus_[at].rank) continue;
      fail(gpus_[at].node,
           fmt::format("rank {} twice; write each GPU with its own", gpus_[at].rank));
    }
  }

  std::string worker_of(const Xml& gpu) const {
    const auto at =
        std::find_if(gpus_.begin(), gpus_.end(), [&](const Gpu& one) { return one.node == gpu; });
    return machine_.workers.at(static_cast<std::size_t>(at - gpus_.begin()));
  }

  void read_cpu(const Xml& cpu) {
    const std::int64_t id = integer(cpu, "numaid");
    const std::string host = cpu.attribute("host_hash").value();
    if (machine_.numa_nodes.empty()) host_ = host;
    if (host != host_) {
      fail(cpu, "a second host, joined by NVLink; write the dump of a run on one host");
    }
    NumaNode numa{fmt::format("numa{}", std::max<std::int64_t>(id, 0)), {}};
    for (const NumaNode& other : machine_.numa_nodes) {
      if (other.name != numa.name) continue;
      fail(cpu, fmt::format("NUMA node {} twice; write each once", id));
    }
    for (const Xml child : cpu.children()) {
      const std::string_view name = child.name();
      if (name == "pci") add_pci(child, numa.branches);
      if (name == "nic") add_cards(child, {}, numa.branches);
    }
    machine_.numa_nodes.push_back(std::move(numa));
  }

  // Broadcom's switches show themselves as two levels, though they are one; NCCL flattens them too.
  static bool is_half_of(const Xml& upper, const Xml& lower) {
    const auto identity = [](const Xml& pci) {
      std::string text;
      for (const char* name : {"vendor", "device", "subsystem_vendor"}) {
        text += pci.attribute(name).value();
      }
      return text + std::string(pci.attribute("subsystem_device").value()).substr(0, 3);
    };
    const std::string above = identity(upper);
    const std::string below = identity(lower);
    return (above == "0x10000xc0100x10000xa" && below == above) ||
           (above == "0x10000xc0300x10000x0" && below == "0x10000xc0300x10000x1");
  }

  // A device, not a bridge.
  static bool is_end(const Xml& pci) { return pci.child("gpu") || pci.child("nic"); }

  void add_pci(const Xml& pci, std::vector<PcieBranch>& branches) {
    const SourcedRate up = pcie_rate(pci);
    for (const Xml gpu : pci.children("gpu")) {
      if (gpu.attribute("rank").empty()) continue;
      branches.push_back({.up = up, .worker = worker_of(gpu)});
    }
    for (const Xml nic : pci.children("nic")) add_cards(nic, up, branches);
    if (is_end(pci)) return;
    PcieBranch bridge{.up = up};
    for (const Xml child : pci.children("pci")) {
      if (!is_half_of(pci, child)) {
        add_pci(child, bridge.children);
        continue;
      }
      for (const Xml below : child.children("pci")) add_pci(below, bridge.children);
    }
    branches.push_back(std::move(bridge));
  }

  SourcedRate pcie_rate(const Xml& pci) const {
    const std::int64_t width = integer(pci, "link_width", 0);
    if (width < 0 || width > 32) {
      fail(pci, fmt::format("<pci> has link_width = {}; write the number of lanes", width));
    }
    SourcedRate rate = nccl_pcie_rate(pci.attribute("link_speed").value(), width);
    if (given_.pcie) rate = {*given_.pcie, "--pcie-bandwidth"};
    return rate;
  }

  // `up` of no rate: on the CPU itself.
  void add_cards(const Xml& nic, const SourcedRate& up, std::vector<PcieBranch>& branches) const {
    for (const Xml net : nic.children("net")) {
      if (net.attribute("dev").empty() || net.attribute("net").as_int(1) == 0) continue;
      std::int64_t megabits_per_s = integer(net, "speed", 0);
      if (megabits_per_s <= 0) megabits_per_s = 10'000;  // as NCCL takes it
      NetworkCard card{ascii(net.attribute("name").value()),
                       BytesPerSecond(static_cast<double>(megabits_per_s) * 1e6 / 8)};
      if (given_.card) card.rate = given_.card;
      branches.push_back({.up = up.source.empty() ? SourcedRate{*card.rate, "the CPU"} : up,
                          .card = std::move(card)});
    }
  }

  static std::string lower_case(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }

  SourcedRate bundle(std::int64_t links, std::size_t gpu) const {
    const BytesPerSecond each =
        given_.nvlink.value_or(nccl_nvlink_rate(positive(gpus_[gpu].node, "sm")));
    return {each * static_cast<double>(links),
            fmt::format("{} NVLink{}", links, links == 1 ? "" : "s")};
  }

  void read_nvlinks() {
    std::map<std::string, std::size_t> by_bus_id;
    for (std::size_t at = 0; at < gpus_.size(); ++at) {
      by_bus_id.emplace(lower_case(gpus_[at].pci.attribute("busid").value()), at);
    }
    std::map<std::pair<std::size_t, std::size_t>, std::int64_t> between;
    std::map<std::pair<std::size_t, std::string>, std::int64_t> to_others;
    for (std::size_t at = 0; at < gpus_.size(); ++at) {
      std::map<std::size_t, std::int64_t> from_here;
      for (const Xml nvlink : gpus_[at].node.children("nvlink")) {
        const std::string_view target_class = nvlink.attribute("tclass").value();
        const std::int64_t links = positive(nvlink, "count");
        if (target_class.starts_with("0x03")) {
          const auto other = by_bus_id.find(lower_case(nvlink.attribute("target").value()));
          const bool known = other != by_bus_id.end() && other->second != at;
          if (known) from_here[other->second] += links;
        } else {
          const bool to_cpu = target_class == "0x068001";
          to_others[{at, to_cpu ? numa_of(gpus_[at].pci) : nvlink_switch}] += links;
        }
      }
      for (const auto& [other, links] : from_here) {  // both ends tell of the same links
        std::int64_t& most = between[{std::min(at, other), std::max(at, other)}];
        most = std::max(most, links);
      }
    }
    for (const auto& [ends, links] : between) {
      machine_.nvlinks.push_back(
          {machine_.workers[ends.first], machine_.workers[ends.second], bundle(links, ends.first)});
    }
    for (const auto& [ends, links] : to_others) {
      machine_.nvlinks.push_back(
          {machine_.workers[ends.first], ends.second, bundle(links, ends.first)});
    }
  }

  std::string numa_of(Xml node) const {
    while (std::string_view(node.name()) != "cpu") node = node.parent();
    return fmt::format("numa{}", std::max<std::int64_t>(integer(node, "numaid"), 0));
  }

  void note_rates(const Xml& system) {
    const Xml cpu = system.child("cpu");
    if (given_.numa) {
      machine_.between_numa_nodes = {*given_.numa, "--numa-bandwidth"};
    } else {
      machine_.between_numa_nodes = nccl_numa_rate({.arch = cpu.attribute("arch").value(),
                                                    .vendor = cpu.attribute("vendor").value(),
                                                    .family = integer(cpu, "familyid", 0),
                                                    .model = integer(cpu, "modelid", 0)});
    }
    if (!machine_.nvlinks.empty()) {
      const std::int64_t sm = positive(gpus_.front().node, "sm");
      machine_.notes.push_back(
          given_.nvlink ? fmt::format("NVLink: {} each, as given.", exact_text(*given_.nvlink))
                        : fmt::format("NVLink: {} each, NCCL's prior for sm {}.",
                                      exact_text(nccl_nvlink_rate(sm)), sm));
    }
    machine_.notes.push_back(
        given_.pcie ? "PCIe: as given."
                    : "PCIe: NCCL's prior for the speed and width behind each link; between NUMA "
                      "nodes for the CPU.");
  }

  std::string_view text_;
  const std::string& source_;
  const GivenRates& given_;
  std::vector<Gpu> gpus_;
  std::string host_;
  Machine machine_;
};

}  // namespace

Machine read_nccl_dump(std::string_view text, const std::string& source, const GivenRates& given) {
  return Reader(text, source, given).read();
}

}  // namespace palsim
