// palsim_cuda_bench [--quick] [--json FILE]: the figures of one GPU, the first.
#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <vector>

#include "real/cuda/check.hpp"
#include "real/cuda/cuda_module.hpp"
#include "sim/core/error.hpp"
#include "tests/bench/cuda/blocks.hpp"

namespace palsim::cuda {
namespace {

struct Options {
  Sizes sizes = Sizes::full;
  std::string json;  // empty: none is written
};

Options options_of(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--quick") {
      options.sizes = Sizes::tiny;
    } else if (words[i] == "--json" && i + 1 < words.size()) {
      options.json = words[++i];
    } else {
      throw InputError(fmt::format("'{}': write --quick or --json FILE", words[i]));
    }
  }
  return options;
}

void measure(const Options& options) {
  const CudaModule& module = *palsim_cuda_module();
  module.gpus();
  module.require_supported(0);
  const Gpu gpu = module.describe(0);
  Report report(fmt::format("{} ({:.0f} GB); {}", gpu.name,
                            1e-9 * static_cast<double>(gpu.memory.count()), module.versions()));
  const Ceilings ceilings = ceiling_figures(options.sizes, report);
  update_figures(options.sizes, ceilings, report);
  token_layer_figures(options.sizes, ceilings, report);
  image_layer_figures(options.sizes, ceilings, report);
  step_figures(options.sizes, report);
  check(cudaDeviceSynchronize(), "finishing the benchmark");
  if (!options.json.empty()) report.write(options.json);
}

}  // namespace
}  // namespace palsim::cuda

int main(int argc, char** argv) {
  try {
    palsim::cuda::measure(palsim::cuda::options_of({argv + 1, argv + argc}));
    return 0;
  } catch (const palsim::InputError& error) {
    fmt::print(stderr, "palsim_cuda_bench: {}\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "palsim_cuda_bench: {}\n", error.what());
    return 1;
  }
}
