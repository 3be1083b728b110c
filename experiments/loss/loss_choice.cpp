#include "experiments/loss/loss_choice.hpp"

#include <fmt/format.h>

#include "experiments/loss/loss_file.hpp"
#include "experiments/loss/probe_cache.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

template <class Number>
Number number_in(const CommandValues& values, const char* option, Number least, Number most) {
  const auto number = values[option].as<Number>();
  require<InputError>(least <= number && number <= most, "--{} {}: write {} to {}", option, number,
                      least, most);
  return number;
}

ProbeOptions probe_options(const CommandValues& values) {
  ProbeOptions options;
  const auto backend = values["probe"].as<std::string>();
  require<InputError>(backend == "cpu" || backend == "cuda",
                      "--probe {}: not a backend; write cpu, cuda, or nothing and put the "
                      "experiment before it",
                      backend);
  options.backend = {.name = backend, .emulates = backend == "cuda"};
  options.stand_in = value_or<std::string>(values, "stand-in", "");
  if (values.count("probe-steps") > 0) {
    options.steps = number_in<Step>(values, "probe-steps", 1, 500'000);
  }
  if (values.count("probe-seeds") > 0) options.seeds = number_in(values, "probe-seeds", 2, 1000);
  if (values.count("probe-workers") > 0) {
    options.most_workers = number_in<Rank>(values, "probe-workers", 1, 1024);
  }
  options.save = value_or<std::string>(values, "save-losses", "");
  require<InputError>(values.count("save-losses") == 0 || !options.save.empty(),
                      "--save-losses: no file; write the path of one");
  const auto cache = value_or<std::string>(values, "probe-cache", "");
  options.cache = cache.empty() ? usual_probe_cache() : std::filesystem::path(cache);
  return options;
}

}  // namespace

void add_loss_options(po::options_description& options) {
  const auto text = [] { return po::value<std::string>(); };
  options.add_options()("loss", text()->value_name("FILE"),
                        "losses from this CSV, whose columns are method, sync_interval, "
                        "mix_probability, workers, seed, step and loss; or none")(
      "probe", one_of("cpu|cuda")->implicit_value("cpu"),
      "losses from training a stand-in here, on the cpu (default) or cuda")(
      "stand-in", text()->value_name("EXPERIMENT"),
      "which: one with [training] and [data]; default: a small one that takes what the model "
      "takes")("probe-steps", po::value<Step>()->value_name("N"),
               "for so long; default: as it says")(
      "probe-seeds", po::value<int>()->value_name("N"),
      "with so many seeds; default: as it says, at least 2")(
      "probe-workers", po::value<Rank>()->value_name("N"),
      "with so many workers at most; default 8")(
      "probe-cache", text()->value_name("FOLDER"),
      "where probes are kept; default: ~/.cache/palsim/probes")(
      "save-losses", text()->value_name("FILE"), "keep the probes' losses as --loss reads them");
}

LossOrigin loss_origin(const CommandValues& values) {
  const bool probes = values.count("probe") > 0;
  for (const char* option :
       {"stand-in", "probe-steps", "probe-seeds", "probe-workers", "probe-cache", "save-losses"}) {
    require<InputError>(probes || values.count(option) == 0,
                        "--{}: says how to probe; write --probe too", option);
  }
  if (values.count("loss") == 0) return probes ? LossOrigin::probe : LossOrigin::not_said;
  const auto file = values["loss"].as<std::string>();
  require<InputError>(!probes, "--loss {}: losses come from a probe already; write one of the two",
                      file);
  return file == "none" ? LossOrigin::none : LossOrigin::file;
}

std::unique_ptr<LossSource> loss_source_of(const CommandValues& values, const Experiment& target,
                                           ProbeProgress progress) {
  switch (loss_origin(values)) {
    case LossOrigin::not_said:
    case LossOrigin::none:
      return nullptr;
    case LossOrigin::file:
      return open_loss_file(values["loss"].as<std::string>());
    case LossOrigin::probe:
      return open_probe(probe_options(values), target, std::move(progress));
  }
  return nullptr;
}

}  // namespace palsim
