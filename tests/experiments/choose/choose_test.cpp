#include "experiments/choose/choose.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <omp.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/experiments/choose/made_up_losses.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

// Of the fabric and the jitter, small as they are, each counts.
const char* const experiment_text = R"(
cluster = "t4_pcie_x4_multi_node"
model = "small_cnn"
workers = [2, 8]
steps = 960
batch_per_worker = 32
seed = 3
seeds = 3
[compute]
jitter = 0.05
[[method]]
name = "ddp"
[[method]]
name = "diloco"
label = "DiLoCo v1.0, a = b"
sync_interval = 16
[[method]]
name = "palsgd"
sync_interval = 16
mix_probability = 0.1
)";

Experiment experiment_of(const std::vector<std::string>& overrides = {}) {
  const TemporaryFolder folder;
  folder.write("test.toml", experiment_text);
  return load_experiment((folder.path() / "test.toml").string(), overrides);
}

const Choices grid{.sync_intervals = {8, 32, 96}, .mix_probabilities = {0.05, 0.25}};

// How many steps a candidate needs: a multiple of 96, more for rarer synchronization and mixing.
Step steps_needed(const Method& method, Rank workers) {
  const double interval = static_cast<double>(method.sync_interval.value_or(1));
  const double mixing = method.mix_probability.value_or(0);
  const double rounds = 2 + std::log2(interval) / 2 + 8 * mixing + (workers == 2 ? 2 : 0);
  return 96 * static_cast<Step>(rounds);
}

// 2 before the step that it needs, 1 from there on.
MadeUpLosses stairs() {
  return {
      960, 2, [](const LossQuestion& question, Seed, double step) {
        return step < static_cast<double>(steps_needed(question.method.method, question.workers))
                   ? 2
                   : 1;
      }};
}

Choice chosen(const Experiment& experiment, const Question& question, LossSource* losses,
              const Choices& choices = grid) {
  return choose(experiment, choices, question, losses, [](double) {});
}

}  // namespace

TEST_CASE("the choice is the least of what runs of just the steps needed take, each by itself") {
  MadeUpLosses losses = stairs();
  const Choice choice = chosen(experiment_of(), TargetLoss{1}, &losses);
  CHECK(choice.outcomes.size() == 2 * (1 + 3 + 6));
  double before = 0;
  for (const Outcome& outcome : choice.outcomes) {
    const Candidate& candidate = outcome.timed.candidate;
    const Method& method = candidate.method.method;
    CAPTURE(name_of(candidate));
    // The long way round: another experiment, which has this method alone and so many steps.
    Experiment alone =
        experiment_of({fmt::format("workers={}", candidate.workers),
                       fmt::format("steps={}", steps_needed(method, candidate.workers))});
    std::vector<LabelledMethod>& methods = alone.runs.front().methods;
    std::erase_if(methods,
                  [&](const LabelledMethod& each) { return each.label != candidate.method.label; });
    std::vector<Setting> settings;
    if (method.sync_interval)
      settings.push_back({"sync_interval", {.data = *method.sync_interval}});
    if (method.mix_probability) {
      settings.push_back({"mix_probability", {.data = *method.mix_probability}});
    }
    methods.front() = with_settings(methods.front(), alone.runs.front().steps, settings);
    const MethodPrediction whole = predict(alone, {}, [](double) {}).front().methods.front();
    // A run ends with an outer step, which its clock does not wait for.
    CHECK(outcome.time_s.p50 == doctest::Approx(whole.wall_clock_s.p50).epsilon(2e-3));
    CHECK(outcome.time_s.p5 <= outcome.time_s.p50);
    CHECK(outcome.time_s.p50 <= outcome.time_s.p95);
    CHECK(outcome.time_s.p50 >= before);
    CHECK(outcome.total_s() == doctest::Approx(outcome.time_s.p50).epsilon(0.01));
    before = outcome.time_s.p50;
  }
  REQUIRE(choice.found());
  const Candidate& best = choice.outcomes.front().timed.candidate;
  CHECK(verdict(choice).starts_with(name_of(best) + " has the least time to a loss of 1: "));
}

TEST_CASE("a target that no curve reaches is said, with the least loss that there is") {
  MadeUpLosses losses = stairs();
  const Choice choice = chosen(experiment_of(), TargetLoss{0.5}, &losses);
  CHECK_FALSE(choice.found());
  CHECK(choice.sensitivity.empty());
  CHECK(verdict(choice).starts_with(
      "No choice: no candidate comes to an answer in more than half of its runs. The least median "
      "loss is 1, by "));
  const auto json = nlohmann::json::parse(json_report(choice));
  CHECK(json["choice"].is_null());
  CHECK(json["cells"][0]["time_s"]["p50"].is_null());
  CHECK(json["cells"][0]["reached"] == 0);
}

TEST_CASE("a curve that goes on beyond the run does not lend it its losses") {
  MadeUpLosses losses(5000, 2, [](const LossQuestion&, Seed, double step) { return 5000 - step; });
  const Choice choice = chosen(experiment_of(), TargetLoss{4000}, &losses);
  CHECK_FALSE(choice.found());  // only after 1000 steps, and the run has 960
  CHECK(chosen(experiment_of(), TargetLoss{4040}, &losses).found());
}

TEST_CASE("after a time budget each candidate has the loss of the steps it has done") {
  MadeUpLosses losses(700, 2, [](const LossQuestion& question, Seed seed, double step) {
    const double mixing = question.method.method.mix_probability.value_or(0);
    return (1 + mixing) * 1000 / step + static_cast<double>(seed);
  });
  const Experiment experiment = experiment_of();
  const double budget_s = 10;
  const Choice choice = chosen(experiment, TimeBudget{budget_s}, &losses);
  double before = 0;
  for (const Outcome& outcome : choice.outcomes) {
    CAPTURE(name_of(outcome.timed.candidate));
    const double mixing = outcome.timed.candidate.method.method.mix_probability.value_or(0);
    std::vector<double> expected;
    for (const StepClock& clock : outcome.timed.prediction.clocks) {
      const double steps = std::min(700.0, clock.steps_at(budget_s));
      for (const double seed : {0.0, 1.0}) expected.push_back((1 + mixing) * 1000 / steps + seed);
    }
    CHECK(outcome.loss.p50 == doctest::Approx(percentiles_of(expected).p50).epsilon(1e-4));
    CHECK(outcome.time_s.p95 <= budget_s * (1 + 1e-9));
    CHECK(outcome.loss.p50 >= before);
    before = outcome.loss.p50;
  }
}

TEST_CASE(
    "without losses equal steps are ranked by time, and it is said that quality is left out") {
  const Choice choice = chosen(experiment_of(), EqualSteps{960}, nullptr);
  CHECK(choice.found());
  CHECK(choice.pareto.empty());
  double before = 0;
  for (const Outcome& outcome : choice.outcomes) {
    CHECK(outcome.time_s.p50 == doctest::Approx(outcome.timed.prediction.wall_clock_s.p50));
    CHECK(outcome.time_s.p50 >= before);
    before = outcome.time_s.p50;
  }
  CHECK(plain_text(table_report(choice)).find("; quality is not in it\n") != std::string::npos);
  CHECK(nlohmann::json::parse(json_report(choice))["cells"][0]["loss"]["p50"].is_null());
}

TEST_CASE("a training that diverged has no loss after that, and is not chosen") {
  class Diverging final : public LossSource {
   public:
    LossAnswer answer(const LossQuestion& question) override {
      const LossCurve at_once{.seed = 1, .diverged = true};
      const LossCurve late{.seed = 2, .steps = {1, 50}, .losses = {0.1, 0.1}, .diverged = true};
      const LossCurve good{.seed = 1, .steps = {1, 900}, .losses = {3, 1}};
      if (question.method.method.mix_probability) return {.curves = {at_once, late}};
      return {.curves = {good, good}};
    }
    std::string description() const override { return "made up"; }
  };
  Diverging losses;
  const Choice choice = chosen(experiment_of(), TimeBudget{10}, &losses);
  CHECK(choice.found());
  CHECK_FALSE(choice.outcomes.front().timed.candidate.method.method.mix_probability.has_value());
  CHECK(std::isinf(choice.outcomes.back().loss.p50));
  for (const ParetoPoint& point : choice.pareto) CHECK(point.loss >= 1);
  CHECK(chosen(experiment_of(), EqualSteps{960}, &losses).outcomes.size() == 20);
}

TEST_CASE("what lies beyond the losses' H or p is listed, but not chosen for another's losses") {
  class Beyond final : public LossSource {
   public:
    LossAnswer answer(const LossQuestion& question) override {
      const LossCurve curve{.seed = 1, .steps = {1, 900}, .losses = {3, 1}};
      const bool beyond = question.method.method.sync_interval.value_or(0) > 40;
      return {.curves = {curve, curve}, .doubts = {"taken for another"}, .beyond = beyond};
    }
    std::string description() const override { return "made up"; }
  };
  Beyond losses;
  const Choice choice = chosen(experiment_of(), TargetLoss{2}, &losses);
  CHECK(choice.found());
  bool refused = false;
  for (const Outcome& outcome : choice.outcomes) {
    if (refused) CHECK(outcome.losses.beyond);
    refused = outcome.losses.beyond;
  }
  CHECK(refused);
  CHECK(verdict(choice).ends_with(" Of its losses: taken for another."));
  for (const ParetoPoint& point : choice.pareto) {
    CHECK_FALSE(choice.outcomes[point.candidate].losses.beyond);
  }
  CHECK(chosen(experiment_of(), EqualSteps{960}, &losses).outcomes.front().losses.beyond);
  CHECK(verdict(chosen(experiment_of(), TargetLoss{2}, &losses,
                       {.methods = "diloco", .sync_intervals = {96}})) ==
        "No choice: the H or p of every candidate lies beyond the losses' curves.");
}

TEST_CASE("what does not fit its device is never chosen") {
  const Experiment experiment = experiment_of({"cluster.device.memory=2.9MB"});
  const Choice choice = chosen(experiment, EqualSteps{960}, nullptr);
  bool any = false;
  for (const Outcome& outcome : choice.outcomes) any = any || !outcome.timed.fits();
  REQUIRE(any);
  CHECK(choice.outcomes.front().timed.fits());
  CHECK_FALSE(choice.outcomes.back().timed.fits());
  const Choice none =
      chosen(experiment_of({"cluster.device.memory=1MB"}), EqualSteps{960}, nullptr);
  CHECK(verdict(none) == "No choice: no candidate fits into its device's memory.");
}

TEST_CASE("equal figures are ranked by fewer workers, then fewer bytes, then as they came") {
  const Question question = EqualSteps{1};
  const auto outcome = [](double time_s, Rank workers, double bytes, const char* label) {
    Outcome made{.time_s = {time_s, time_s, time_s}};
    made.spent.bytes_sent = bytes;
    made.timed.prediction.mean.synchronizations = 1;
    made.timed.candidate.method.label = label;
    made.timed.candidate.workers = workers;
    return made;
  };
  std::vector<Outcome> outcomes{outcome(2, 1, 0, "e"),  outcome(1, 4, 9, "c"),
                                outcome(1, 4, 9, "d"),  outcome(1, 4, 8, "b"),
                                outcome(1, 2, 99, "a"), outcome(never, 1, 0, "f")};
  rank(outcomes, question);
  std::string order;
  for (const Outcome& each : outcomes) order += each.timed.candidate.method.label;
  CHECK(order == "abcdef");
}

TEST_CASE("no candidate has less loss at any time than the Pareto front") {
  MadeUpLosses losses(900, 2, [](const LossQuestion& question, Seed seed, double step) {
    const double interval = static_cast<double>(question.method.method.sync_interval.value_or(1));
    return 100 / step + std::log2(interval) / 50 + 0.01 * static_cast<double>(seed);
  });
  const Choice choice = chosen(experiment_of(), TargetLoss{0.3}, &losses);
  REQUIRE(choice.pareto.size() > 5);
  for (std::size_t at = 0; at < choice.pareto.size(); ++at) {
    const ParetoPoint& point = choice.pareto[at];
    if (at > 0) CHECK(point.time_s > choice.pareto[at - 1].time_s);
    if (at > 0) CHECK(point.loss < choice.pareto[at - 1].loss);
    for (const Outcome& outcome : choice.outcomes) {
      const auto loss = median_loss_at(outcome, point.time_s);
      if (loss) CHECK(*loss >= point.loss);
    }
    CHECK(median_loss_at(choice.outcomes[point.candidate], point.time_s) == point.loss);
  }
}

TEST_CASE("one worker's time follows the step time and knows no bandwidth") {
  const Experiment experiment = experiment_of({"workers=1", "compute.jitter=0"});
  const Choice choice = chosen(experiment, EqualSteps{960}, nullptr, {.methods = "ddp"});
  for (const Variation& variation : choice.sensitivity) {
    CAPTURE(variation.quantity);
    const double expected = variation.quantity == "step time" ? variation.factor - 1 : 0;
    CHECK(variation.change == doctest::Approx(expected).epsilon(1e-6));
    CHECK(variation.same_choice);
  }
  CHECK(choice.sensitivity.size() == 4);  // no jitter, none of it
  CHECK(choice.sensitivity.front().quantity == "step time");
}

TEST_CASE("a variation is what an experiment with that bandwidth or jitter takes") {
  // One worker a node: all that there is goes over the fabric.
  const std::vector<std::string> settings{"cluster=l40s_tcp_x4", "workers=4"};
  const Experiment experiment = experiment_of(settings);
  const Choice choice = chosen(experiment, EqualSteps{960}, nullptr, {.methods = "diloco"});
  const auto p50_with = [&](const std::string& setting) {
    std::vector<std::string> varied = settings;
    varied.push_back(setting);
    return predict(experiment_of(varied), {}, [](double) {}).front().methods[1].wall_clock_s.p50;
  };
  const double bandwidth = experiment.cluster.network.fabric()->uplink.bandwidth.count();
  int compared = 0;
  for (const Variation& variation : choice.sensitivity) {
    CAPTURE(variation.quantity);
    CAPTURE(variation.factor);
    if (variation.quantity == "step time") continue;
    const std::string setting =
        variation.quantity == "jitter"
            ? fmt::format("compute.jitter={}", 0.05 * variation.factor)
            : fmt::format("cluster.fabric.bandwidth={}B/s", bandwidth * variation.factor);
    CHECK(variation.figure.p50 == doctest::Approx(p50_with(setting)).epsilon(1e-6));
    ++compared;
  }
  CHECK(compared == 4);
}

TEST_CASE("after a warm-up time goes elsewhere than before it, and the answer knows where it is") {
  // The target is reached within DiLoCo's warm-up: until then it is DDP.
  const Experiment experiment =
      experiment_of({"method.diloco.start_step=800", "compute.jitter=0", "workers=8"});
  MadeUpLosses losses(960, 2, [](const LossQuestion&, Seed, double step) { return 1000 - step; });
  const Choice choice = chosen(experiment, TargetLoss{600}, &losses, {.methods = "ddp,diloco"});
  REQUIRE(choice.outcomes.size() == 2);
  const Outcome& first = choice.outcomes[0];
  const Outcome& second = choice.outcomes[1];
  CHECK(first.steps.p50 == 400);
  CHECK(first.time_s.p50 == doctest::Approx(second.time_s.p50).epsilon(1e-6));
  CHECK(first.spent.communication_s == doctest::Approx(second.spent.communication_s).epsilon(1e-6));
  CHECK(first.spent.bytes_sent == doctest::Approx(second.spent.bytes_sent).epsilon(1e-6));
  for (const Outcome& outcome : choice.outcomes) {
    CHECK(outcome.total_s() == doctest::Approx(outcome.time_s.p50).epsilon(1e-6));
  }
}

TEST_CASE("a curve that ends before the budget or the steps does not stand for what comes after") {
  MadeUpLosses losses(100, 2, [](const LossQuestion&, Seed, double step) { return 1000 - step; });
  const Choice budget = chosen(experiment_of(), TimeBudget{1000}, &losses, {.methods = "ddp"});
  CHECK(budget.outcomes.front().losses.doubts ==
        std::vector<std::string>{"its losses end after 100 steps, before the budget does"});
  const Choice steps = chosen(experiment_of(), EqualSteps{960}, &losses, {.methods = "ddp"});
  CHECK(std::isnan(steps.outcomes.front().loss.p50));
}

TEST_CASE("workers that never meet within the run are not chosen") {
  const Choice choice = chosen(experiment_of({"workers=8"}), EqualSteps{960}, nullptr,
                               {.methods = "diloco", .sync_intervals = {96, 961}});
  CHECK(choice.outcomes.front().timed.candidate.method.method.sync_interval == 96);
  CHECK(never_meets(choice.outcomes.back()));
  CHECK(plain_text(table_report(choice)).find("never meets\n") != std::string::npos);
}

TEST_CASE("an answer has the same bytes for any number of threads") {
  MadeUpLosses losses = stairs();
  const int before = omp_get_max_threads();
  std::vector<std::string> answers;
  for (const int threads : {1, 2, 8}) {
    omp_set_num_threads(threads);
    const Choice choice = chosen(experiment_of(), TargetLoss{1}, &losses);
    answers.push_back(json_report(choice) + plain_text(table_report(choice)));
  }
  omp_set_num_threads(before);
  CHECK(answers[0] == answers[1]);
  CHECK(answers[0] == answers[2]);
}

TEST_CASE("candidates are by workers, method, H and p, none twice, as far as a method has them") {
  const Experiment experiment = experiment_of();
  std::vector<std::string> names;
  for (const Candidate& each :
       candidates_of(experiment, {.methods = "ddp,palsgd", .sync_intervals = {8, 8, 4}})) {
    names.push_back(name_of(each));
  }
  CHECK(names == std::vector<std::string>{"ddp, 2 workers", "palsgd, H = 8, p = 0.1, 2 workers",
                                          "palsgd, H = 4, p = 0.1, 2 workers", "ddp, 8 workers",
                                          "palsgd, H = 8, p = 0.1, 8 workers",
                                          "palsgd, H = 4, p = 0.1, 8 workers"});
  CHECK(complaint_of([&] { candidates_of(experiment, {.methods = "dilco"}); }) ==
        "--methods dilco: no method of the experiment is called so; did you mean 'diloco'?");
  CHECK(candidates_of(experiment, {.methods = "DiLoCo v1.0, a = b,ddp"}).size() == 4);
  CHECK(complaint_of([&] {
          candidates_of(experiment, {.methods = "diloco", .mix_probabilities = {0.1}});
        }) ==
        "--mix-probability: no chosen method has one; choose another method, or leave it out");
}
