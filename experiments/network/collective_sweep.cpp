#include "experiments/network/collective_sweep.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

std::string protocol_name(const CollectiveCost& cost) {
  if (!cost.protocol) return "-";
  return std::string(word_of(protocol_words, *cost.protocol));
}

constexpr Bytes most_bytes(std::int64_t{1} << 50);

Bytes parse_size(const std::string& option, const std::string& text) {
  try {
    const Bytes size = parse_quantity<Bytes>(text);
    require<InputError>(size >= Bytes(0), "{}: below zero; write a size such as \"64MiB\"", text);
    require<InputError>(size <= most_bytes, "{}: write at most 1PiB", text);
    return size;
  } catch (const InputError& error) {
    throw InputError(fmt::format("--{} {}", option, error.what()));
  }
}

}  // namespace

double SweepRow::algorithm_bandwidth() const {
  return cost.time > Duration() ? static_cast<double>(bytes.count()) / cost.time.in_seconds() : 0;
}

std::vector<Bytes> parse_sizes(const std::string& option, const std::string& text) {
  const std::size_t colon = text.find(':');
  const Bytes least = parse_size(option, text.substr(0, colon));
  if (colon == std::string::npos) return {least};
  require<InputError>(text.find(':', colon + 1) == std::string::npos,
                      "--{} {}: write SIZE or SIZE:MAX, such as 1KiB:1GiB", option, text);
  const Bytes most = parse_size(option, text.substr(colon + 1));
  require<InputError>(least > Bytes(0) && least <= most,
                      "--{} {}: write a range that rises from a size above zero, such as "
                      "1KiB:1GiB",
                      option, text);
  std::vector<Bytes> sizes{least};
  while (sizes.back() <= most - sizes.back()) sizes.push_back(sizes.back() * 2);
  return sizes;
}

std::vector<SweepRow> sweep(Communicator& communicator, Collective collective,
                            const std::vector<Bytes>& sizes) {
  std::vector<SweepRow> rows;
  for (const Bytes size : sizes) {
    const CollectiveCost cost = communicator.cost(collective, size);
    const TransportKind kind = communicator.transport().kind;
    rows.push_back({size, cost,
                    kind == TransportKind::measured ? word_of(transport_kind_words, kind)
                                                    : word_of(algorithm_words, cost.algorithm),
                    bus_factor(collective, cost.workers)});
  }
  return rows;
}

Table sweep_table(const std::vector<SweepRow>& rows) {
  std::vector<TextRow> table{
      {"size (B)", "time (us)", "algbw (GB/s)", "busbw (GB/s)", "algorithm", "protocol"}};
  for (const SweepRow& row : rows) {
    table.push_back({fmt::format("{}", row.bytes.count()),
                     fmt::format("{:.2f}", row.cost.time.in_seconds() * 1e6),
                     fmt::format("{:.2f}", row.algorithm_bandwidth() / 1e9),
                     fmt::format("{:.2f}", row.bus_bandwidth() / 1e9), row.algorithm,
                     protocol_name(row.cost)});
  }
  return {std::move(table), 0};
}

std::string sweep_json(const std::vector<SweepRow>& rows) {
  using Json = nlohmann::ordered_json;
  Json list = Json::array();
  for (const SweepRow& row : rows) {
    list.push_back(
        {{"bytes", row.bytes.count()},
         {"algorithm", row.algorithm},
         {"protocol",
          row.cost.protocol ? Json(word_of(protocol_words, *row.cost.protocol)) : Json()},
         {"time_s", row.cost.time.in_seconds()},
         {"algorithm_bandwidth_Bps", row.algorithm_bandwidth()},
         {"bus_bandwidth_Bps", row.bus_bandwidth()}});
  }
  return list.dump(2) + '\n';
}

std::string sweep_csv(const std::vector<SweepRow>& rows) {
  std::string text = "bytes,algorithm,protocol,time_s,algorithm_bandwidth_Bps,bus_bandwidth_Bps\n";
  for (const SweepRow& row : rows) {
    text += fmt::format("{},{},{},{},{},{}\n", row.bytes.count(), row.algorithm,
                        row.cost.protocol ? word_of(protocol_words, *row.cost.protocol) : "",
                        row.cost.time.in_seconds(), row.algorithm_bandwidth(), row.bus_bandwidth());
  }
  return text;
}

}  // namespace palsim
