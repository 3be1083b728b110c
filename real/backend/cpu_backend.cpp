#include "real/backend/cpu_backend.hpp"

#include <fstream>

#include "real/comm/core_binding.hpp"
#include "real/cpu/cpu_device.hpp"
#include "real/device/available_memory.hpp"

namespace palsim {
namespace {

// As the system has it.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t name = line.find_first_not_of(": \t", line.find(':'));
    if (name != std::string::npos) return line.substr(name);
  }
  return "unknown processor";
}

class CpuBackend final : public Backend {
 public:
  std::string name() const override { return "cpu"; }
  std::string unit() const override { return "core"; }
  std::string processor() const override { return processor_name(); }
  Rank units() const override { return usable_cores(); }
  MatrixPrecision precision() const override { return MatrixPrecision::fp32; }
  std::string versions() const override { return ""; }
  bool are_shared() const override { return true; }
  Rank most_at_once() const override { return usable_cores(); }
  void require_places(Rank /*workers*/) const override {}
  std::unique_ptr<Device<float>> device(Rank /*rank*/) const override {
    return cpu_device<float>();
  }
  std::unique_ptr<Group> group(Group& host) const override { return host.duplicate(); }
  Bytes available_memory() const override { return palsim::available_memory(); }
  std::string memory_owner() const override { return "this machine"; }
  Rank sharing_memory(Rank workers) const override { return workers; }
};

}  // namespace

std::unique_ptr<Backend> cpu_backend() { return std::make_unique<CpuBackend>(); }

}  // namespace palsim
