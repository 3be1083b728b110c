// What palsim train leaves when it is killed or stopped or fails, and whose checkpoints it refuses.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "real/training/checkpoint.hpp"
#include "tests/experiments/train/training_home.hpp"

using namespace palsim;

namespace {

namespace fs = std::filesystem;

// Until the method's folder has a checkpoint.
bool comes(const fs::path& folder) {
  for (int waits = 0; waits < 20'000; ++waits) {
    if (latest_checkpoint(folder)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

const Words long_run{"--steps", "200"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("a folder that there is nothing to resume in is refused") {
  const TrainingHome home;
  home.folder().write("file", "");
  for (const char* folder : {"none", "file"}) {
    CHECK(home.refused({"--resume", folder}) ==
          fmt::format("--resume {}: not a folder; write the one that --checkpoint was given",
                      folder));
  }
  CHECK(home.train({"--checkpoint", "kept", "--steps", "2"}).status == 0);
  const std::string nothing =
      "--resume kept: no checkpoint of these methods, workers and seeds there; write the folder "
      "that --checkpoint was given";
  CHECK(home.refused({"--resume", "kept", "--steps", "2", "--set", "workers=1"}) == nothing);
  CHECK(home.refused({"--resume", "kept", "--steps", "2", "--set", "seed=6"}) == nothing);
}

TEST_CASE("another run's checkpoint is refused by what differs, and stays as it is") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept"}).status == 0);
  const std::string file = "kept/workers-2-seed-5/ddp/step-12/worker-0";
  const std::string before = home.folder().read(file);
  const auto refused = [&](Words words, const std::string& found) {
    words.insert(words.begin(), {"--resume", "kept"});
    CHECK(home.refused(words) == "ddp: " + file + ": " + found +
                                     "; resume from another checkpoint, or start anew (the "
                                     "checkpoint of step 12 is kept)");
    CHECK(home.folder().read(file) == before);
  };
  refused({"--steps", "13"}, "the checkpoint's number of steps is 12, this run's 13");
  refused({"--set", "batch_per_worker=8"}, "the checkpoint's batch is 4 in 1, this run's 8 in 1");
  refused({"--set", "optimizer=adamw"},
          "the checkpoint's optimizer is momentum_sgd, this run's adamw");
  for (const char* setting : {"training.learning_rate=0.01", "data.noise=1.5"}) {
    CHECK(home.refused({"--resume", "kept", "--set", setting})
              .starts_with("ddp: " + file + ": the checkpoint's settings is number "));
    CHECK(home.folder().read(file) == before);
  }
  CHECK(home.refused({"--resume", "kept", "--method", "mixing", "--set",
                      "method.mixing.mix_probability=0.4"})
            .find("/mixing/step-12/worker-0: the checkpoint's settings is number ") !=
        std::string::npos);
  home.folder().write("models/tiny.toml", with(tiny_model, "flatten", "relu"));
  home.folder().write("models/tiny.toml", with(tiny_model, "out_features = 4", "out_features = 5"));
  refused({},
          "the checkpoint's model is tiny of 260 parameters in 2 tensors, this run's tiny of "
          "325 parameters in 2 tensors");
  home.folder().write("models/tiny.toml", tiny_model);
  home.folder().write(file, before.substr(0, before.size() / 2));
  CHECK(home.refused({"--resume", "kept"}) ==
        "ddp: " + file +
            ": the checkpoint is cut in the middle; resume from another checkpoint, or start anew "
            "(the checkpoint of step 12 is kept)");
}

TEST_CASE("what fails in a later method leaves the results of those before it") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept"}).status == 0);
  home.folder().write("kept/workers-2-seed-5/mixing/step-12/worker-1", "spoilt");
  const CommandResult result = home.train({"--resume", "kept", "--format", "json"});
  CHECK(result.status == 2);
  CHECK(result.err ==
        "mixing: kept/workers-2-seed-5/mixing/step-12/worker-1: the checkpoint is cut in the "
        "middle; resume from another checkpoint, or start anew (the checkpoint of step 12 is "
        "kept)\n");
  const Json results = results_of(result);
  REQUIRE(results["methods"].size() == 1);
  CHECK(results["methods"][0]["label"] == "ddp");
  CHECK(results["methods"][0]["steps"] == 12);
}

TEST_CASE("a loss that is no number ends the run with a line, and the checkpoint is kept") {
  const TrainingHome home;
  const CommandResult result = home.train({"--set", "training.learning_rate=3e38", "--checkpoint",
                                           "kept", "--checkpoint-every", "0s", "--steps", "100"});
  CHECK(result.status == 2);
  CHECK(result.err.starts_with("ddp: step "));
  CHECK(result.err.find("; write a smaller learning_rate (the checkpoint of step ") !=
        std::string::npos);
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

TEST_CASE("a run killed in its middle goes on to the same results and the same log") {
  const TrainingHome home;
  const CommandResult whole =
      home.train(joined(long_run, {"--format", "json", "--log", "whole.csv"}));
  REQUIRE(whole.status == 0);
  for (const char* method : {"ddp", "mixing"}) {
    CAPTURE(method);
    fs::remove_all(home.path("kept"));
    const pid_t child = home.start(
        joined(long_run, {"--checkpoint", "kept", "--checkpoint-every", "0s", "--log", "log.csv"}));
    const bool came = comes(home.path(fmt::format("kept/workers-2-seed-5/{}", method)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(came);
    REQUIRE(WIFSIGNALED(status));
    // As if the kill had fallen into the writing of a row.
    home.folder().write("log.csv", home.folder().read("log.csv") + "mixing,3,1.2");
    const CommandResult resumed =
        home.train(joined(long_run, {"--resume", "kept", "--format", "json", "--log", "log.csv"}));
    CHECK(resumed.status == 0);
    CHECK(resumed.err == "");
    CHECK(results_of(resumed) == results_of(whole));
    CHECK(losses_of(home.folder().read("log.csv")) == losses_of(home.folder().read("whole.csv")));
  }
}

TEST_CASE("Ctrl-C leaves a checkpoint to go on from, and says how") {
  const TrainingHome home;
  const CommandResult whole = home.train(joined(long_run, {"--format", "json"}));
  for (const int signal : {SIGINT, SIGTERM}) {
    fs::remove_all(home.path("kept"));
    const pid_t child =
        home.start(joined(long_run, {"--checkpoint", "kept", "--checkpoint-every", "0s"}));
    const fs::path folder = home.path("kept/workers-2-seed-5/ddp");
    const bool came = comes(folder);
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(came);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 1);
    const auto kept = latest_checkpoint(folder);
    REQUIRE(kept.has_value());
    CHECK(home.folder().read("err") ==
          fmt::format("palsim: ddp: stopped at step {}; --resume kept goes on from there\n",
                      kept->step));
    CHECK(kept->step < 200);
    const CommandResult resumed =
        home.train(joined(long_run, {"--resume", "kept", "--format", "json"}));
    CHECK(resumed.status == 0);
    CHECK(results_of(resumed) == results_of(whole));
  }
}

TEST_CASE("a resumed log keeps the rows of methods that this run is not about") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept", "--log", "log.csv"}).status == 0);
  const std::string log = home.folder().read("log.csv");
  CHECK(home.train({"--resume", "kept", "--log", "log.csv", "--method", "mixing"}).status == 0);
  CHECK(home.folder().read("log.csv") == log);
  home.folder().write("log.csv", "a,b\n1,2\n");
  CHECK(home.refused({"--resume", "kept", "--log", "log.csv"}) ==
        "log.csv: not the log of a training run; write another --log");
  CHECK(home.folder().read("log.csv") == "a,b\n1,2\n");
}

TEST_CASE("a new run does not take the place of another's checkpoints") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept"}).status == 0);
  CHECK(home.refused({"--checkpoint", "kept", "--steps", "3"}) ==
        "--checkpoint kept: it holds step 12 of ddp already; write --resume kept to go on from "
        "there, or another folder");
  CHECK(latest_checkpoint(home.path("kept/workers-2-seed-5/ddp"))->step == 12);
}

TEST_CASE(
    "a run that is resumed into another folder leaves the old one, and takes no other's place") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept", "--method", "ddp"}).status == 0);
  CHECK(home.train({"--resume", "kept", "--checkpoint", "copy", "--method", "ddp"}).status == 0);
  for (const char* folder : {"kept", "copy"}) {
    CHECK(latest_checkpoint(home.path(folder + std::string("/workers-2-seed-5/ddp")))->step == 12);
  }
  CHECK(home.refused({"--resume", "kept", "--checkpoint", "copy", "--method", "ddp"}) ==
        "--checkpoint copy: it holds step 12 of ddp already; write --resume copy to go on from "
        "there, or another folder");
  // The same folder by another name.
  fs::create_directory_symlink("kept", home.path("alias"));
  for (const char* folder : {"./kept/", "alias"}) {
    CHECK(home.train({"--resume", "kept", "--checkpoint", folder, "--method", "ddp"}).status == 0);
  }
}
