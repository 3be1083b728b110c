#include "experiments/train/backend_choice.hpp"

#include "real/backend/cpu_backend.hpp"
#include "real/backend/cuda_backend.hpp"
#include "real/backend/open_cuda_module.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

MatrixPrecision precision_of(const BackendChoice& choice, const Experiment& experiment) {
  if (choice.name == "cpu" && experiment.precision != Precision::fp32) {
    fail_at(experiment.precision_origin, "the CPU trains in fp32; write precision = \"fp32\"");
  }
  switch (experiment.precision) {
    case Precision::fp32:
      return MatrixPrecision::fp32;
    case Precision::tf32:
      return MatrixPrecision::tf32;
    case Precision::bf16:
      return MatrixPrecision::bf16;
    case Precision::fp16:
      break;
  }
  fail_at(experiment.precision_origin,
          "training in fp16 needs a scaled loss, which is not there; write fp32, tf32 or bf16");
}

}  // namespace

void add_backend_options(po::options_description& options) {
  options.add_options()("backend", one_of("cpu|cuda"), "what the workers compute on; default cpu")(
      "emulate", po::bool_switch(),
      "with cuda: all workers share one GPU; otherwise each has its own");
}

BackendChoice backend_choice(const CommandValues& values) {
  BackendChoice choice{.name = value_or<std::string>(values, "backend", "cpu"),
                       .emulates = values["emulate"].as<bool>()};
  require<InputError>(!choice.emulates || choice.name == "cuda",
                      "--emulate: lets workers share a GPU; write --backend cuda too");
  return choice;
}

std::unique_ptr<Backend> open_backend(const BackendChoice& choice, MatrixPrecision precision) {
  if (choice.name == "cpu") {
    require<InputError>(precision == MatrixPrecision::fp32,
                        "--precision {}: the CPU computes in fp32; write --backend cuda too",
                        name_of(precision));
    return cpu_backend();
  }
  return cuda_backend(open_cuda_module(), choice.emulates ? Sharing::emulated : Sharing::none,
                      precision);
}

std::unique_ptr<Backend> open_backend(const BackendChoice& choice, const Experiment& experiment) {
  return open_backend(choice, precision_of(choice, experiment));
}

}  // namespace palsim
