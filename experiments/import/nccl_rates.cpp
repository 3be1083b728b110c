#include "experiments/import/nccl_rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace palsim {
namespace {

BytesPerSecond gigabytes_per_s(double count) { return BytesPerSecond(count * 1e9); }

SourcedRate intel_rate(const CpuModel& cpu) {
  const bool newest_numbered_lower = cpu.model >= 0xAD && cpu.model <= 0xAF;
  if (cpu.family == 6 && (cpu.model >= 0xCF || newest_numbered_lower)) {
    return {gigabytes_per_s(40), "Intel, Emerald Rapids or later"};
  }
  if (cpu.family == 6 && cpu.model >= 0x8F) return {gigabytes_per_s(22), "Intel, Sapphire Rapids"};
  if (cpu.family == 6 && cpu.model >= 0x55) return {gigabytes_per_s(10), "Intel, Skylake or later"};
  return {gigabytes_per_s(6), "Intel, Broadwell or earlier"};
}

// The family as the CPU says it, or as dumps before NCCL 2.27 counted it.
SourcedRate amd_rate(const CpuModel& cpu) {
  if (cpu.family == 26 || cpu.family == 0xBF) return {gigabytes_per_s(32), "AMD, Zen 5"};
  if (cpu.family == 25 || cpu.family == 0xAF) return {gigabytes_per_s(24), "AMD, Zen 3 or 4"};
  return {gigabytes_per_s(16), "AMD, Zen 1 or 2"};
}

SourcedRate zhaoxin_rate(const CpuModel& cpu) {
  if (cpu.family == 7 && cpu.model == 0x5B) return {gigabytes_per_s(9), "Zhaoxin, Yongfeng"};
  return {gigabytes_per_s(6), "Zhaoxin"};
}

}  // namespace

BytesPerSecond nccl_nvlink_rate(std::int64_t sm) {
  if (sm >= 100) return gigabytes_per_s(40.1);
  if (sm >= 90) return gigabytes_per_s(20.6);
  if (sm == 86) return gigabytes_per_s(12);
  if (sm >= 70) return gigabytes_per_s(20);
  if (sm >= 60) return gigabytes_per_s(18);
  return gigabytes_per_s(20);
}

SourcedRate nccl_pcie_rate(std::string_view speed, std::int64_t width) {
  struct Generation {
    std::string_view speed;
    double lane_megabits_per_s;
  };
  constexpr std::array<Generation, 6> generations{
      {{"2.5", 1500}, {"5", 3000}, {"8", 6000}, {"16", 12000}, {"32", 24000}, {"64", 48000}}};
  std::string_view figure = speed.substr(0, speed.find(' '));
  if (figure.ends_with(".0")) figure.remove_suffix(2);
  const auto known = std::find_if(generations.begin(), generations.end(),
                                  [&](const Generation& one) { return one.speed == figure; });
  const Generation& taken = known == generations.end() ? generations[2] : *known;
  const std::int64_t lanes = width == 0 ? 16 : width;
  const bool said = known != generations.end() && width != 0;
  return {BytesPerSecond(static_cast<double>(lanes) * taken.lane_megabits_per_s * 1e6 / 8),
          fmt::format("{} GT/s x{}{}", taken.speed, lanes, said ? "" : ", NCCL's fallback")};
}

SourcedRate nccl_numa_rate(const CpuModel& cpu) {
  if (cpu.arch == "ppc64") return {gigabytes_per_s(32), "POWER"};
  if (cpu.arch == "arm64") return {gigabytes_per_s(6), "ARM"};
  if (cpu.vendor == "GenuineIntel") return intel_rate(cpu);
  if (cpu.vendor == "AuthenticAMD") return amd_rate(cpu);
  if (cpu.vendor == "CentaurHauls" || cpu.vendor == "  Shanghai  ") return zhaoxin_rate(cpu);
  return {gigabytes_per_s(6), "unknown CPU, taken as the slowest"};
}

}  // namespace palsim
