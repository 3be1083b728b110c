#include "topologies/transport_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/nearest.hpp"
#include "sim/network/nccl_cost.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

constexpr std::string_view ring_form =
    "write lists of the node's workers, such as [[\"gpu0\", \"gpu1\"]]";

std::vector<std::int64_t> read_ring(const Value& value, const std::vector<std::string>& workers) {
  const auto* names = std::get_if<Value::Array>(&value.data);
  if (!names) {
    fail_at(value.origin, fmt::format("rings has {}; {}", value.description(), ring_form));
  }
  std::vector<std::int64_t> ring;
  for (const Value& element : *names) {
    const auto* name = std::get_if<std::string>(&element.data);
    const auto at = name ? std::find(workers.begin(), workers.end(), *name) : workers.end();
    if (at == workers.end()) {
      fail_at(element.origin, fmt::format("rings: {} is no worker{}", element.description(),
                                          suggestion(name ? *name : "", workers)));
    }
    const std::int64_t worker = at - workers.begin();
    if (std::find(ring.begin(), ring.end(), worker) != ring.end()) {
      fail_at(element.origin, fmt::format("rings: '{}' twice in one ring; write each once", *name));
    }
    ring.push_back(worker);
  }
  if (ring.size() != workers.size()) {
    fail_at(value.origin, fmt::format("a ring through {} of {} workers; write each once",
                                      ring.size(), workers.size()));
  }
  return ring;
}

double read_factor(TableReader& reader, std::string_view key) {
  const double factor = reader.number(key, {.least = 0}, 1);
  if (factor == 0) reader.fail(key, "write a factor above 0");
  return factor;
}

std::vector<Correction> read_corrections(TableReader& transport) {
  std::vector<Correction> corrections;
  if (!transport.has("corrections")) return corrections;
  for (TableReader& reader : transport.tables("corrections")) {
    const Correction correction{reader.quantity<Bytes>("size", Sign::positive),
                                read_factor(reader, "factor")};
    if (!corrections.empty() && correction.size <= corrections.back().size) {
      reader.fail("size", "not above the one before; write them in ascending order");
    }
    corrections.push_back(correction);
    reader.finish();
  }
  return corrections;
}

MeasuredTimes read_times(TableReader& transport, std::string_view key) {
  MeasuredTimes times;
  for (TableReader& reader : transport.tables(key)) {
    const MeasuredTime measured{reader.integer("workers", {.least = 2}),
                                reader.quantity<Bytes>("size", Sign::positive),
                                reader.quantity<Duration>("time", Sign::positive)};
    if (!times.empty()) {
      const MeasuredTime& before = times.back();
      if (measured.workers < before.workers) {
        reader.fail("workers", "fewer than before; write them in ascending order");
      }
      if (measured.workers == before.workers && measured.size <= before.size) {
        reader.fail("size", "not above the one before; write them in ascending order");
      }
    }
    times.push_back(measured);
    reader.finish();
  }
  return times;
}

void require_measured(TableReader& reader, const Transport& transport) {
  const auto require_times = [&](std::string_view key, const MeasuredTimes& times) {
    if (!times.empty()) return;
    reader.fail(key,
                "kind = \"measured\" needs times, such as [{ workers = 2, size = \"1MiB\", "
                "time = \"310us\" }]; write them");
  };
  require_times("all_reduce", transport.all_reduce);
  require_times("broadcast", transport.broadcast);
}

}  // namespace

Transport read_transport(TableReader& reader, const std::vector<std::string>& workers) {
  Transport transport;
  const auto chosen = [&](std::string_view key, const std::vector<std::string>& words,
                          auto fallback) {
    return static_cast<decltype(fallback)>(
        reader.choice(key, words, static_cast<std::size_t>(fallback)));
  };
  transport.kind = chosen("kind", transport_kind_words, transport.kind);
  transport.algorithm = chosen("algorithm", algorithm_words, transport.algorithm);
  transport.protocol = chosen("protocol", protocol_words, transport.protocol);
  transport.node_links = chosen("node_links", node_links_words, transport.node_links);
  if (!nccl_offers(transport.node_links, transport.protocol)) {
    reader.fail("protocol", "runs over NVLink only; write \"auto\", \"LL\" or \"Simple\"");
  }
  if (const Value* rings = reader.raw("rings")) {
    const auto* list = std::get_if<Value::Array>(&rings->data);
    if (!list || list->empty()) reader.fail("rings", ring_form);
    for (const Value& ring : *list) transport.rings.push_back(read_ring(ring, workers));
  }
  transport.ring_order = chosen("ring_order", ring_order_words, transport.ring_order);
  transport.setup = reader.quantity<Duration>("setup", Sign::not_negative, Duration());
  transport.launch = reader.quantity<Duration>("launch", Sign::not_negative, Duration());
  transport.fit.latency_factor = read_factor(reader, "latency_factor");
  transport.fit.bandwidth_factor = read_factor(reader, "bandwidth_factor");
  transport.fit.corrections = read_corrections(reader);
  transport.all_reduce = read_times(reader, "all_reduce");
  transport.broadcast = read_times(reader, "broadcast");
  if (transport.kind == TransportKind::measured) require_measured(reader, transport);
  reader.finish();
  return transport;
}

}  // namespace palsim
