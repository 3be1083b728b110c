#include "experiments/train/training_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/command/counted.hpp"

namespace palsim {
namespace {

// Runs that differ in their seed alone.
using Repeats = std::vector<const TrainedMethod*>;

std::vector<Repeats> by_method(const TrainingResults& results) {
  std::vector<Repeats> groups;
  for (const TrainedMethod& run : results.methods) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Repeats& group) {
      return group.front()->workers == run.workers && group.front()->label == run.label;
    });
    if (same == groups.end()) {
      groups.push_back({&run});
    } else {
      same->push_back(&run);
    }
  }
  return groups;
}

template <class Figure>
double mean(const Repeats& runs, Figure figure) {
  double sum = 0;
  for (const TrainedMethod* run : runs) sum += figure(run->outcome);
  return sum / static_cast<double>(runs.size());
}

// Of the sample; 0 for a single run.
template <class Figure>
double deviation(const Repeats& runs, Figure figure) {
  if (runs.size() < 2) return 0;
  const double center = mean(runs, figure);
  double squares = 0;
  for (const TrainedMethod* run : runs) squares += std::pow(figure(run->outcome) - center, 2);
  return std::sqrt(squares / static_cast<double>(runs.size() - 1));
}

template <class Figure>
std::string held_out(const Repeats& runs, double unit, const char* suffix, Figure figure) {
  for (const TrainedMethod* run : runs) {
    if (!run->outcome.evaluation) return "-";
  }
  const auto value = [&](const TrainingOutcome& outcome) {
    return unit * figure(*outcome.evaluation);
  };
  const std::string text = fmt::format("{:.4g}", mean(runs, value));
  if (runs.size() < 2) return text + suffix;
  return fmt::format("{} +- {:.2g}{}", text, deviation(runs, value), suffix);
}

// Of the workers' own time.
TimeSplit split_of(const Repeats& runs) {
  const auto part = [&](double TimeAccount::*seconds) {
    return mean(runs, [&](const TrainingOutcome& o) { return o.mean.*seconds; });
  };
  const double mix_s = part(&TimeAccount::mix_s);
  return {.compute_s = part(&TimeAccount::compute_s) - mix_s,
          .mix_s = mix_s,
          .communication_s = part(&TimeAccount::communication_s),
          .waiting_s = part(&TimeAccount::waiting_s)};
}

}  // namespace

TextReport table_report(const TrainingResults& results) {
  std::vector<TextRow> rows{{"method", "workers", "steps", "wall clock (s)", "step (ms)", "compute",
                             "comm", "waiting", "loss", "held-out loss", "accuracy"}};
  std::vector<Seed> seeds;
  Table bars{.rows = {{"wall clock", "workers"}}, .names = 2};
  for (const Repeats& runs : by_method(results)) {
    const TrainedMethod& any = *runs.front();
    const double wall = mean(runs, [](const TrainingOutcome& o) { return o.wall_clock_s; });
    const double own = mean(runs, [](const TrainingOutcome& o) { return o.mean.wall_clock_s(); });
    const auto share = [&](double TimeAccount::*part) {
      const double time = mean(runs, [&](const TrainingOutcome& o) { return o.mean.*part; });
      return fmt::format("{:.1f} %", own > 0 ? 100 * time / own : 0);
    };
    const Step steps = any.outcome.steps;
    rows.push_back(
        {any.label, fmt::format("{}", any.workers), fmt::format("{}", steps),
         fmt::format("{:.4g}", wall),
         fmt::format("{:.4g}", steps > 0 ? 1000 * wall / static_cast<double>(steps) : 0),
         share(&TimeAccount::compute_s), share(&TimeAccount::communication_s),
         share(&TimeAccount::waiting_s),
         fmt::format("{:.4g}", mean(runs, [](const TrainingOutcome& o) { return o.loss; })),
         held_out(runs, 1, "", [](const Evaluation& e) { return e.loss; }),
         held_out(runs, 100, " %", [](const Evaluation& e) { return e.accuracy; })});
    bars.rows.push_back({any.label, fmt::format("{}", any.workers)});
    bars.splits.push_back(split_of(runs));
    for (const TrainedMethod* run : runs) seeds.push_back(run->seed);
  }
  const auto [first, last] = std::minmax_element(seeds.begin(), seeds.end());
  const std::string seed = seeds.empty()     ? ""
                           : *first == *last ? fmt::format(", seed {}", *first)
                                             : fmt::format(", seeds {} to {}", *first, *last);
  const std::string steps = results.steps.size() == 1
                                ? counted(*results.steps.begin(), "step")
                                : fmt::format("{} steps", fmt::join(results.steps, ", "));
  const std::string title = fmt::format("{}: {} trained on the {}, {} of {} per worker{}",
                                        results.experiment, results.model, results.backend, steps,
                                        counted(results.batch_per_worker, "sample"), seed);
  return {Line{title}, Table{std::move(rows)}, Line{""}, std::move(bars)};
}

std::string json_report(const TrainingResults& results) {
  using Json = nlohmann::ordered_json;
  Json methods = Json::array();
  for (const TrainedMethod& run : results.methods) {
    const TrainingOutcome& outcome = run.outcome;
    Json object{{"label", run.label},
                {"method", run.method},
                {"workers", run.workers},
                {"seed", run.seed},
                {"steps", outcome.steps},
                {"wall_clock_s", outcome.wall_clock_s},
                {"compute_s", outcome.mean.compute_s},
                {"communication_s", outcome.mean.communication_s},
                {"waiting_s", outcome.mean.waiting_s},
                {"split_s",
                 {{"compute", outcome.mean.compute_s - outcome.mean.mix_s},
                  {"mix", outcome.mean.mix_s},
                  {"communication", outcome.mean.communication_s},
                  {"waiting", outcome.mean.waiting_s}}},
                {"loss", outcome.loss},
                {"held_out", nullptr}};
    if (outcome.evaluation) {
      object["held_out"] = {{"loss", outcome.evaluation->loss},
                            {"accuracy", outcome.evaluation->accuracy}};
    }
    methods.push_back(std::move(object));
  }
  return Json{{"experiment", results.experiment},
              {"model", results.model},
              {"backend", results.backend},
              {"batch_per_worker", results.batch_per_worker},
              {"methods", std::move(methods)}}
             .dump(2) +
         '\n';
}

}  // namespace palsim
