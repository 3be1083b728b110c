// A loss that is no number: who says so, and what is left.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/real/training/resumed_run.hpp"
#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

// The pixels of one sample, and a factor on all others.
struct Spoil {
  float pixel = 0;
  float factor = 1;
};

class SpoiltData final : public DataSet {
 public:
  SpoiltData(const DataSet& data, std::int64_t sample, Spoil spoil)
      : data_(data), sample_(sample), spoil_(spoil) {}

  std::int64_t samples() const override { return data_.samples(); }
  const Shape& sample_shape() const override { return data_.sample_shape(); }
  std::int64_t classes() const override { return data_.classes(); }
  void fetch(std::span<const std::int64_t> samples, Batch& batch) const override {
    data_.fetch(samples, batch);
    for (float& pixel : batch.images) pixel *= spoil_.factor;
    const auto at = std::find(samples.begin(), samples.end(), sample_);
    if (at == samples.end()) return;
    const auto each = static_cast<std::ptrdiff_t>(batch.images.size() / samples.size());
    std::fill_n(batch.images.begin() + (at - samples.begin()) * each, each, spoil_.pixel);
  }

 private:
  const DataSet& data_;
  std::int64_t sample_;
  Spoil spoil_;
};

constexpr Rank sick_worker = 2;

// A run whose worker 2 meets the spoilt sample in step 3.
std::string complaint_over(const ShortRun& run, Spoil spoil, const std::filesystem::path& folder) {
  const ShortRunParts parts(run);
  SampleOrder order(run.seed, parts.data->samples(), sick_worker, run.workers);
  const SpoiltData data(*parts.data, order.sample_at(3 * run.batch_per_worker + 1), spoil);
  const TrainingSetting& setting = parts.setting;
  TrainingJob job{.setting = {.method = setting.method,
                              .data = data,
                              .inner = setting.inner,
                              .steps = setting.steps,
                              .batch_per_worker = setting.batch_per_worker,
                              .micro_batches = setting.micro_batches,
                              .seed = setting.seed},
                  .graph = parts.graph,
                  .backend = *parts.backend,
                  .identity = identity_of(run)};
  job.checkpoints = folder;
  job.checkpoint_every_s = 0;
  return complaint_of([&] { train_on_threads(job, run.workers); });
}

constexpr float no_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("a loss that is no number names step, worker and layer, and frees the other workers") {
  for (const char* method :
       {"name = 'ddp'", "name = 'ddp'\noverlap = 'none'", "name = 'ddp'\nbroadcast_buffers = false",
        "name = 'local_sgd'\nsync_interval = 3",
        "name = 'palsgd'\nsync_interval = 3\nmix_probability = 0",
        "name = 'slowmo'\nsync_interval = 3\nstart_step = 9\nwarm_up = 'blocking'"}) {
    CAPTURE(method);
    const TemporaryFolder folder;
    const ShortRun run{.method = method, .workers = 4};
    CHECK(complaint_over(run, {.pixel = no_number}, folder.path()) ==
          "step 3, worker 2: the loss is nan, and 'conv' is the first layer to give such numbers; "
          "write a smaller learning_rate");
    REQUIRE(latest_checkpoint(folder.path()).has_value());
    CHECK(latest_checkpoint(folder.path())->step == 3);
  }
}

TEST_CASE("parameters that are no numbers are not kept in place of those that were") {
  const TemporaryFolder folder;
  // The loss over the spoilt sample is a number yet, but the step that follows from it is too long.
  const ShortRun run{.layers =
                         "{type = 'flatten'}, {type = 'linear', name = 'only', out_features = 3}, "
                         "{type = 'cross_entropy'}",
                     .inner = {.optimizer = InnerOptimizer::sgd, .learning_rate = {.base = 1e5}},
                     .workers = 3};
  const std::string complaint =
      complaint_over(run, {.pixel = 1e36F, .factor = 1e-6F}, folder.path());
  CAPTURE(complaint);
  CHECK(complaint.starts_with("step 4, worker "));
  CHECK(complaint.find("'only' is the first layer") != std::string::npos);
  REQUIRE(latest_checkpoint(folder.path()).has_value());
  CHECK(latest_checkpoint(folder.path())->step == 3);
}
