#include "topologies/device_reader.hpp"

#include <fmt/format.h>

#include "topologies/fraction.hpp"

namespace palsim {
namespace {

std::optional<FlopsPerSecond> read_peak(TableReader& reader, std::string_view key) {
  if (!reader.has(key)) return std::nullopt;
  return reader.quantity<FlopsPerSecond>(key, Sign::positive);
}

double plain_number(const Value& value) {
  if (const auto* floating = std::get_if<double>(&value.data)) return *floating;
  if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    return static_cast<double>(*integer);
  }
  fail_at(value.origin, fmt::format("throughput has {}; write plain numbers, such as [1, 1.9]",
                                    value.description()));
}

std::vector<double> read_throughput(TableReader& reader) {
  std::vector<double> throughput;
  const Value* value = reader.raw("throughput");
  if (!value) return throughput;
  const auto* list = std::get_if<Value::Array>(&value->data);
  if (!list || list->empty()) {
    reader.fail("throughput", "write the total speed of 1, 2, ... workers, such as [1, 1.9]");
  }
  constexpr double measured_too_well = 1.05;
  for (const Value& element : *list) {
    const double speed = plain_number(element);
    const auto workers = static_cast<double>(throughput.size() + 1);
    const auto fail = [&](std::string_view message) {
      fail_at(element.origin,
              fmt::format("throughput of {} workers = {}: {}", workers, speed, message));
    };
    if (throughput.empty() && speed != 1) fail("one worker alone is the unit; write 1");
    if (!(speed > 0)) fail("must be above zero");
    if (!(speed <= workers * measured_too_well)) fail("more than each has alone; write less");
    throughput.push_back(speed);
  }
  return throughput;
}

}  // namespace

DeviceSpec read_device(TableReader& reader) {
  DeviceSpec device{
      .name = reader.text("name"),
      .fp32 = read_peak(reader, "fp32"),
      .tf32 = read_peak(reader, "tf32"),
      .bf16 = read_peak(reader, "bf16"),
      .fp16 = read_peak(reader, "fp16"),
      .memory_bandwidth = reader.quantity<BytesPerSecond>("memory_bandwidth", Sign::positive),
      .memory = reader.quantity<Bytes>("memory", Sign::positive),
      .compute_efficiency = read_fraction(reader, "compute_efficiency"),
      .memory_efficiency = read_fraction(reader, "memory_efficiency"),
      .launch_cost = reader.quantity<Duration>("launch_cost", Sign::not_negative, Duration()),
      .throughput = read_throughput(reader)};
  if (!device.fp32 && !device.tf32 && !device.bf16 && !device.fp16) {
    fail_at(reader.origin(), "[device] has no peak; write fp32 = \"8.1TFLOP/s\" or another");
  }
  reader.finish();
  return device;
}

}  // namespace palsim
