// Checkpoints that are cut, damaged, another run's, or cannot be written.
#include "real/training/checkpoint.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>

#include "real/comm/thread_team.hpp"
#include "tests/real/training/resumed_run.hpp"
#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

namespace fs = std::filesystem;

const ShortRun usual{.method = "name = 'diloco'\nsync_interval = 2", .steps = 8};

// Its folder has a checkpoint of step 4.
struct StoppedRun {
  StoppedRun() {
    attempt(usual, folder.path(), 1);
    REQUIRE(fs::exists(checkpoint()));
  }
  fs::path checkpoint() const { return folder.path() / "step-4"; }
  std::string file(Rank rank) const { return fmt::format("step-4/worker-{}", rank); }
  std::string resumed(const ShortRun& run = usual) const {
    return complaint_of([&] { attempt(run, folder.path()); });
  }
  // What the complaint begins with.
  std::string path(Rank rank) const { return (folder.path() / file(rank)).string(); }

  TemporaryFolder folder;
};

const std::string advice = "; resume from another checkpoint, or start anew";

// Files may grow to so many bytes while this lives: a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a folder without checkpoints, or none at all, has no latest one") {
  const TemporaryFolder folder;
  CHECK_FALSE(latest_checkpoint(folder.path()).has_value());
  CHECK_FALSE(latest_checkpoint(folder.path() / "none").has_value());
  folder.write("step-7.unfinished/worker-0", "half");
  folder.write("step-x/worker-0", "");
  folder.write("notes", "");
  CHECK_FALSE(latest_checkpoint(folder.path()).has_value());
  folder.write("step-9/worker-0", "");
  folder.write("step-10/worker-0", "");
  CHECK(latest_checkpoint(folder.path())->step == 10);
}

TEST_CASE("what a kill in mid-write leaves is passed over, and later removed") {
  const StoppedRun stopped;
  stopped.folder.write("step-6.unfinished/worker-0", stopped.folder.read(stopped.file(0)));
  stopped.folder.write("step-6.unfinished/worker-1",
                       stopped.folder.read(stopped.file(1)).substr(0, 100));
  const Attempt resumed = attempt(usual, stopped.folder.path());
  CHECK(resumed.log.front().step == 4);
  const auto whole = train(usual);
  for (const Rank rank : {0, 1}) {
    const Trained& expected = whole[static_cast<std::size_t>(rank)];
    CHECK(checkpointed(usual, stopped.folder.path(), rank, expected).state == expected.state);
  }
  CHECK(std::distance(fs::directory_iterator(stopped.folder.path()), {}) == 1);
}

TEST_CASE("a file that is cut anywhere is refused by name") {
  const StoppedRun stopped;
  const std::string whole = stopped.folder.read(stopped.file(1));
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 19) {
    stopped.folder.write(stopped.file(1), whole.substr(0, length));
    CHECK(stopped.resumed() == stopped.path(1) + ": the checkpoint is cut in the middle" + advice);
  }
  stopped.folder.write(stopped.file(1), whole + "x");
  CHECK(stopped.resumed() == stopped.path(1) + ": the checkpoint is damaged" + advice);
  fs::remove(stopped.folder.path() / stopped.file(1));
  CHECK(stopped.resumed() == stopped.path(1) +
                                 ": cannot be read; write the folder of a checkpoint of as many "
                                 "workers");
  CHECK(fs::exists(stopped.folder.path() / stopped.file(0)));
}

TEST_CASE("a file that an earlier palsim wrote is not taken for a damaged one") {
  const StoppedRun stopped;
  std::string earlier = stopped.folder.read(stopped.file(0));
  const std::string begin = "palsim checkpoint ";
  REQUIRE(earlier.starts_with(begin));
  earlier[begin.size()] = '1';
  stopped.folder.write(stopped.file(0), earlier);
  CHECK(stopped.resumed() ==
        stopped.path(0) + ": a checkpoint of another version of palsim" + advice);
}

TEST_CASE("no damaged byte goes unnoticed") {
  const StoppedRun stopped;
  const std::string whole = stopped.folder.read(stopped.file(0));
  const Trained like = train(usual)[0];
  for (std::size_t at = 0; at < whole.size(); at += at < 500 ? 1 : 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at % 8)));
    stopped.folder.write(stopped.file(0), damaged);
    const std::string complaint =
        complaint_of([&] { checkpointed(usual, stopped.folder.path(), 0, like); });
    if (!complaint.starts_with(stopped.path(0) + ": ")) {
      CAPTURE(at);
      CHECK(complaint == "a complaint about the file");
    }
  }
  stopped.folder.write(stopped.file(0), whole);
  CHECK(stopped.resumed() == "none");
}

TEST_CASE("another run's checkpoint is refused by the first thing that differs") {
  const StoppedRun stopped;
  const auto refused = [&](const ShortRun& run, const std::string& found) {
    CHECK(stopped.resumed(run) == stopped.path(0) + ": " + found + advice);
  };
  ShortRun other = usual;
  other.layers = plain_layers;
  refused(other, fmt::format("the checkpoint's model is {}, this run's {}", small_layers.size(),
                             plain_layers.size()));
  other = usual;
  other.method = "name = 'diloco'\nsync_interval = 3";
  refused(
      other,
      "the checkpoint's method is name = 'diloco' sync_interval = 2, this run's name = 'diloco' "
      "sync_interval = 3");
  other = usual;
  other.workers = 1;
  refused(other, "the checkpoint's number of workers is 2, this run's 1");
  other = usual;
  other.seed = 8;
  refused(other, "the checkpoint's seed is 7, this run's 8");
  CHECK(stopped.resumed() == "none");
}

TEST_CASE("workers that find checkpoints of different steps do not go on") {
  const StoppedRun stopped;
  const TemporaryFolder empty;
  const ShortRunParts parts(usual);
  const auto resumed_without = [&](Rank lost) {
    return complaint_of([&] {
      run_on_threads(2, [&](Group& group) {
        TrainingJob job = job_of(usual, parts);
        job.resume = group.rank() == lost ? empty.path() : stopped.folder.path();
        train_worker(job, group);
      });
    });
  };
  const std::string advised = "; write a folder that all workers see alike";
  CHECK(resumed_without(0) == empty.path().string() +
                                  ": worker 0 would go on from step 0, worker 1 from step 4" +
                                  advised);
  CHECK(resumed_without(1) == stopped.folder.path().string() +
                                  ": worker 0 would go on from step 4, worker 1 from step 0" +
                                  advised);
  CHECK(stopped.resumed() == "none");
}

TEST_CASE("a folder that cannot be written is refused, and the checkpoint elsewhere stays") {
  const StoppedRun stopped;
  const std::string file = stopped.folder.write("file", "");
  const std::string before = stopped.folder.read(stopped.file(0));
  const ShortRunParts parts(usual);
  TrainingJob job = job_of(usual, parts);
  job.resume = stopped.folder.path();
  job.checkpoints = file + "/checkpoints";
  CHECK(complaint_of([&] { train_on_threads(job, 2); }) ==
        file +
            "/checkpoints: cannot be written: Not a directory; write the name of a folder with "
            "room");
  CHECK(stopped.folder.read(stopped.file(0)) == before);
}

TEST_CASE("a disk that fills up is named, and the checkpoint before stays good") {
  for (const rlim_t bytes : {0, 1'000}) {
    const StoppedRun stopped;
    std::string complaint;
    {
      const FullDisk disk(bytes);
      complaint = stopped.resumed();
    }
    const std::string half = (stopped.folder.path() / "step-8.unfinished/worker-").string();
    CHECK(complaint.starts_with(half));
    CHECK(
        complaint.ends_with(": cannot be written: File too large; write the name of a folder "
                            "with room"));
    CHECK(stopped.resumed() == "none");
    CHECK(latest_checkpoint(stopped.folder.path())->step == 8);
  }
}
