// A run that was stopped and resumed is the run that was not, bit for bit.
#include <doctest/doctest.h>

#include "tests/real/training/resumed_run.hpp"

using namespace palsim;

namespace {

const InnerSettings adamw{
    .optimizer = InnerOptimizer::adamw,
    .learning_rate = {.base = 0.01, .warm_up_steps = 3, .decay = Decay::cosine},
    .weight_decay = 0.1,
    .clip_norm = 0.5};

const std::vector<ShortRun> all_runs{
    {.method = "name = 'ddp'"},
    {.method = "name = 'ddp'\noverlap = 'none'\ngradient_dtype = 'bf16'", .workers = 3},
    {.method = "name = 'ddp'\nbroadcast_buffers = false", .inner = adamw, .micro_batches = 2},
    {.method = "name = 'local_sgd'\nsync_interval = 3", .workers = 1},
    {.method = "name = 'local_sgd'\nsync_interval = 2", .inner = adamw},
    {.method = "name = 'slowmo'\nsync_interval = 3\nstart_step = 4", .steps = 17},
    {.method = "name = 'diloco'\nsync_interval = 5\nstart_step = 4\nwarm_up = 'blocking'",
     .inner = adamw,
     .steps = 22},
    {.method = "name = 'palsgd'\nsync_interval = 3\nmix_probability = 0.4",
     .steps = 20,
     .workers = 4},
    {.method = "name = 'palsgd'\nsync_interval = 3\nmix_probability = 0.4\ncoin = 'shared'\n"
               "start_step = 5",
     .inner = adamw,
     .steps = 20},
};

// The folder's checkpoint is the end of this run.
void check_end(const ShortRun& run, const std::filesystem::path& folder) {
  const auto whole = train(run);
  for (Rank rank = 0; rank < run.workers; ++rank) {
    const Trained& expected = whole[static_cast<std::size_t>(rank)];
    const Trained found = checkpointed(run, folder, rank, expected);
    CHECK(found.state == expected.state);
    CHECK(found.progress.step == run.steps);
    CHECK(found.progress.flips == expected.progress.flips);
    CHECK(found.progress.updates == expected.progress.updates);
    CHECK(found.progress.global_is_stale == expected.progress.global_is_stale);
    CHECK(found.progress.loss == expected.progress.loss);
  }
}

}  // namespace

TEST_CASE("a run stopped at any meeting goes on as if it had not been, and so does its log") {
  for (const ShortRun& run : all_runs) {
    CAPTURE(run.method);
    const TemporaryFolder without;
    const std::vector<LoggedStep> log = attempt(run, without.path() / "x").log;
    REQUIRE(std::ssize(log) == run.steps);
    bool finished = false;
    for (std::int64_t meeting = 0; !finished; meeting += 1 + meeting / 3) {
      CAPTURE(meeting);
      const TemporaryFolder folder;
      const Attempt first = attempt(run, folder.path(), meeting);
      finished = first.outcome.steps == run.steps;
      REQUIRE(latest_checkpoint(folder.path())->step == first.outcome.steps);
      const Attempt second = attempt(run, folder.path());
      CHECK(second.outcome.steps == run.steps);
      std::vector<LoggedStep> joined = first.log;
      joined.insert(joined.end(), second.log.begin(), second.log.end());
      CHECK(joined == log);
      check_end(run, folder.path());
      CHECK(meeting < 50);
    }
  }
}

TEST_CASE("a run stopped at its first meeting again and again comes to the same end") {
  for (const ShortRun& run : all_runs) {
    CAPTURE(run.method);
    const TemporaryFolder folder;
    Step steps = 0;
    for (int attempts = 0; steps < run.steps; ++attempts) {
      REQUIRE(attempts <= run.steps);
      steps = attempt(run, folder.path(), 0).outcome.steps;
    }
    check_end(run, folder.path());
  }
}

TEST_CASE("time goes on where the checkpoint left it") {
  const ShortRun run{.method = "name = 'local_sgd'\nsync_interval = 2"};
  const TemporaryFolder folder;
  const Attempt first = attempt(run, folder.path(), 2);
  const Attempt second = attempt(run, folder.path());
  CHECK(first.outcome.steps == 6);
  CHECK(second.outcome.mean.compute_s > first.outcome.mean.compute_s);
  CHECK(second.outcome.wall_clock_s > first.outcome.wall_clock_s);
}

TEST_CASE("a finished run that is resumed does nothing and keeps its checkpoint, and that alone") {
  const ShortRun run{.steps = 5};
  const TemporaryFolder folder;
  attempt(run, folder.path());
  folder.write("step-3/worker-0", "left by a kill");
  const auto written = std::filesystem::last_write_time(folder.path() / "step-5");
  const Attempt again = attempt(run, folder.path());
  CHECK(again.log.empty());
  CHECK(again.outcome.steps == 5);
  CHECK(std::filesystem::last_write_time(folder.path() / "step-5") == written);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "step-3"));
  check_end(run, folder.path());
}

TEST_CASE("a checkpoint now and then leaves one at a time, and changes nothing") {
  for (const ShortRun& run : all_runs) {
    const TemporaryFolder folder;
    const ShortRunParts parts(run);
    TrainingJob job = job_of(run, parts);
    job.checkpoints = folder.path() / "a" / "b";
    job.checkpoint_every_s = 0;
    std::vector<Step> kept;
    job.report = [&](std::span<const StepSummary>) {
      if (const auto checkpoint = latest_checkpoint(job.checkpoints))
        kept.push_back(checkpoint->step);
    };
    train_on_threads(job, run.workers);
    CHECK(std::is_sorted(kept.begin(), kept.end()));
    CHECK(kept.size() > 1);
    CHECK(std::distance(std::filesystem::directory_iterator(job.checkpoints), {}) == 1);
    check_end(run, job.checkpoints);
  }
}

TEST_CASE("what is evaluated is the mean of the workers' models, however many there are") {
  for (const Rank workers : {1, 3}) {
    const ShortRun run{
        .method = "name = 'local_sgd'\nsync_interval = 5", .steps = 7, .workers = workers};
    const ShortRunParts parts(run);
    const auto held_out =
        generate_images({.seed = 3, .first = 1'000, .samples = 31}, {2, 6, 6}, 3, 1);
    TrainingJob job = job_of(run, parts);
    job.held_out = held_out.get();
    const TrainingOutcome outcome = train_on_threads(job, workers);
    REQUIRE(outcome.evaluation.has_value());

    const auto trained = train(run);
    const auto device = cpu_device<float>();
    Replica<float> mean(parts.graph, 31, *device, 1);
    for (std::size_t i = 0; i < trained[0].parameters().size(); ++i) {
      double sum = 0;
      for (const Trained& worker : trained) sum += worker.parameters()[i];
      mean.parameters()[i] = static_cast<float>(sum / static_cast<double>(workers));
    }
    std::copy(trained[0].buffers().begin(), trained[0].buffers().end(), mean.buffers());
    std::vector<std::int64_t> all(31);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    Batch batch;
    held_out->fetch(all, batch);
    const LossSum sum = mean.evaluate(batch);
    CHECK(outcome.evaluation->loss == doctest::Approx(sum.loss / 31).epsilon(1e-5));
    CHECK(outcome.evaluation->accuracy == doctest::Approx(static_cast<double>(sum.correct) / 31));
  }
}
