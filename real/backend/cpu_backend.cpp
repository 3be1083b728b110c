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
  Hardware hardware() const override {
    return {.unit = "core",
            .processor = processor_name(),
            .units = usable_cores(),
            .versions = "",
            .cache = Bytes(16 << 20)};
  }
  MatrixPrecision precision() const override { return MatrixPrecision::fp32; }
  bool are_shared() const override { return true; }
  Rank most_at_once() const override { return usable_cores(); }
  Binding binding() const override { return Binding::even; }
  void require_places(Rank /*workers*/) const override {}
  MemoryLeft memory() const override { return {available_memory(), "this machine"}; }
  std::unique_ptr<Device<float>> device(Rank /*rank*/) const override {
    return cpu_device<float>();
  }
  std::unique_ptr<Group> group(Group& host) const override { return host.duplicate(); }
};

}  // namespace

std::unique_ptr<Backend> cpu_backend() { return std::make_unique<CpuBackend>(); }

}  // namespace palsim
