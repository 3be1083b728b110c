// What palsim train refuses (exit status 2, one line, nothing lost), and what it leaves when it is
// killed or stopped.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "real/training/checkpoint.hpp"
#include "tests/support/palsim_home.hpp"

using namespace palsim;

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::string tiny_text = R"(cluster = "small_cluster"
model = "tiny"
workers = 2
steps = 12
batch_per_worker = 4
seed = 5

[compute]
step_time = "10ms"

[training]
learning_rate = 0.05

[data]
kind = "generated_images"
samples = 96
held_out_samples = 16

[[method]]
name = "ddp"

[[method]]
name = "palsgd"
label = "mixing"
sync_interval = 3
mix_probability = 0.3
)";

const std::string tiny_model = R"(name = "tiny"
input = "1x8x8"

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
out_features = 4

[[layer]]
type = "cross_entropy"
)";

const std::string tokens_model = R"(name = "words"
input = 4

[[layer]]
type = "embedding"
vocabulary = 11
width = 6

[[layer]]
type = "linear"
out_features = 11

[[layer]]
type = "cross_entropy"
)";

// A home with the experiment "tiny".
class TrainingHome : public Home {
 public:
  TrainingHome() {
    folder().write("experiments/tiny.toml", tiny_text);
    folder().write("models/tiny.toml", tiny_model);
    folder().write("models/words.toml", tokens_model);
  }

  CommandResult train(Words more) const { return run(command(std::move(more))); }
  std::string refused(Words more) const { return refusal(command(std::move(more))); }
  // The complaint over the experiment with one part of it written otherwise, without the file.
  std::string refused_file(const std::string& before, const std::string& after) const {
    folder().write("experiments/other.toml", with(tiny_text, before, after));
    const std::string complaint = refusal({"train", "other"});
    const std::string file = path("experiments/other.toml") + ":";
    return complaint.starts_with(file) ? complaint.substr(file.size()) : complaint;
  }
  std::string path(const std::string& name) const { return (folder().path() / name).string(); }

  // Started, and left alone.
  pid_t start(Words more) const {
    const Words words = command(std::move(more));
    std::vector<char*> arguments{const_cast<char*>(PALSIM_COMMAND)};
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const std::string home = "PALSIM_HOME=" + folder().path().string();
    const std::string err = path("err");
    const pid_t child = fork();
    if (child != 0) return child;
    const auto lead_to = [](const char* file, int stream) {
      return dup2(open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644), stream) == stream;
    };
    const bool ready = chdir(folder().path().c_str()) == 0 && lead_to("/dev/null", STDOUT_FILENO) &&
                       lead_to(err.c_str(), STDERR_FILENO) &&
                       putenv(const_cast<char*>(home.c_str())) == 0;
    if (ready) execv(PALSIM_COMMAND, arguments.data());
    _exit(99);
  }

 private:
  static Words command(Words more) {
    more.insert(more.begin(), {"train", "tiny"});
    return more;
  }
};

// The columns of a log that do not depend on the machine.
std::vector<std::string> losses_of(const std::string& log) {
  std::vector<std::string> rows;
  std::istringstream lines(log);
  for (std::string line; std::getline(lines, line);) {
    std::size_t end = 0;
    for (int column = 0; column < 3; ++column) end = line.find(',', end) + 1;
    rows.push_back(line.substr(0, end));
  }
  return rows;
}

// What a run came to, times aside.
Json results_of(const CommandResult& result) {
  Json results = Json::parse(result.out);
  for (Json& method : results["methods"]) {
    for (const char* time : {"wall_clock_s", "compute_s", "communication_s", "waiting_s"}) {
      CHECK(method[time].get<double>() >= 0);
      method.erase(time);
    }
  }
  return results;
}

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

TEST_CASE("a run's JSON has every method with its figures, and its log a row for each step") {
  const TrainingHome home;
  const CommandResult result = home.train({"--format", "json", "--log", "log.csv"});
  CHECK(result.status == 0);
  CHECK(result.err == "");
  const Json results = Json::parse(result.out);
  CHECK(results["experiment"] == "tiny");
  CHECK(results["model"] == "tiny");
  CHECK(results["backend"] == "cpu");
  CHECK(results["batch_per_worker"] == 4);
  REQUIRE(results["methods"].size() == 2);
  for (const Json& method : results["methods"]) {
    CHECK(method["workers"] == 2);
    CHECK(method["seed"] == 5);
    CHECK(method["steps"] == 12);
    CHECK(method["loss"].get<double>() > 0);
    CHECK(method["held_out"]["loss"].get<double>() > 0);
    CHECK(method["held_out"]["accuracy"].get<double>() <= 1);
    const double parts = method["compute_s"].get<double>() +
                         method["communication_s"].get<double>() +
                         method["waiting_s"].get<double>();
    CHECK(parts > 0);
    CHECK(parts <= method["wall_clock_s"].get<double>() * (1 + 1e-9));
  }
  CHECK(results["methods"][0]["label"] == "ddp");
  CHECK(results["methods"][1]["label"] == "mixing");
  CHECK(results["methods"][1]["method"] == "palsgd");
  const std::vector<std::string> rows = losses_of(home.folder().read("log.csv"));
  REQUIRE(rows.size() == 25);
  CHECK(home.folder().read("log.csv").starts_with(
      "method,step,loss,wall_clock_s,compute_s,communication_s,waiting_s\n"));
  for (std::size_t step = 0; step < 12; ++step) {
    CHECK(rows[1 + step].starts_with(fmt::format("ddp,{},", step)));
    CHECK(rows[13 + step].starts_with(fmt::format("mixing,{},", step)));
  }
}

TEST_CASE("steps and methods are chosen on the command line, and held-out samples may be none") {
  const TrainingHome home;
  const Json results = results_of(home.train({"--format", "json", "--steps", "3", "--method",
                                              "mixing", "--set", "data.held_out_samples=0"}));
  REQUIRE(results["methods"].size() == 1);
  CHECK(results["methods"][0]["steps"] == 3);
  CHECK(results["methods"][0]["held_out"].is_null());
}

TEST_CASE("an experiment that does not say how it is trained is refused") {
  const TrainingHome home;
  CHECK(home.refused_file("[training]\nlearning_rate = 0.05\n", "") ==
        " the experiment has no [training]; write one with a learning_rate");
  home.folder().write("no_data.toml", tiny_text.substr(0, tiny_text.find("[data]")) +
                                          tiny_text.substr(tiny_text.find("[[method]]")));
  CHECK(home.refusal({"train", "no_data.toml"}) ==
        "no_data.toml: the experiment has no [data]; write one with a kind");
  CHECK(home.refused_file("learning_rate = 0.05", "learning_rate = 0") ==
        "12:17: learning_rate = 0: write one above 0");
  CHECK(home.refused_file("learning_rate = 0.05", "lerning_rate = 0.05") ==
        "12:1: unknown key 'lerning_rate' in [training]; did you mean 'learning_rate'?");
  CHECK(home.refused({"--steps", "0"}) == "--set steps=0: steps = 0; write at least 1");
}

TEST_CASE("a backend, a method or an experiment that is not there is refused") {
  const TrainingHome home;
  CHECK(home.refused({"--backend", "cuda"}) ==
        "--backend cuda: not in this build of palsim; write cpu");
  CHECK(home.refused({"--backend", "gpu"}) == "--backend gpu: not a backend; did you mean 'cpu'?");
  CHECK(home.refused({"--method", "ddq"}) ==
        "--method ddq: no method has this label; did you mean 'ddp'?");
  CHECK(home.refused_file("name = \"ddp\"", "name = \"ddq\"") ==
        "20:8: name = 'ddq' is not known; did you mean 'ddp'?");
  CHECK(home.refusal({"train"}) == "palsim train: no experiments; write the name of one");
  CHECK(home.refused({"--format", "jsn"}) == "--format jsn: not a format; did you mean 'json'?");
}

TEST_CASE("what no real run can do is refused before the first step") {
  const TrainingHome home;
  CHECK(home.refused({"--set", "data.samples=1"}) ==
        "ddp: 1 samples for 2 workers; write at least as many samples as workers");
  for (const char* type : {"int8", "int4"}) {
    CHECK(home.refused({"--set", fmt::format("method.mixing.sync_dtype={}", type)}) ==
          "mixing: sync_dtype is int8 or int4, which only predictions know; write fp32 or bf16");
    CHECK(home.refused({"--set", fmt::format("method.ddp.gradient_dtype={}", type)}) ==
          "ddp: gradient_dtype is int8 or int4, which only predictions know; write fp32 or bf16");
  }
  const std::string complaint = home.refused({"--set", "batch_per_worker=1000000000"});
  CHECK(complaint.starts_with("ddp: 2 workers of tiny with micro-batches of 1000000000 need "));
  CHECK(complaint.ends_with(" GB left; write fewer workers or more micro_batches"));
}

TEST_CASE("data that do not fit the model are refused") {
  const TrainingHome home;
  const std::string data = home.path("experiments/tiny.toml") + ":14:1: ";
  CHECK(home.refused({"--set", "model=words"}) ==
        data + "the data are images, but model 'words' takes 4; write another kind of data");
  CHECK(home.refused({"--set", "data.kind=generated_stories"}) ==
        data + "the data are tokens, but model 'tiny' takes 1x8x8; write another kind of data");
  CHECK(home.refused({"--set", "data.classes=5"}) ==
        data + "the data have 5 classes, but model 'tiny' tells 4 apart; write fewer");
  CHECK(home.refused({"--set", "model=small_model"}) ==
        "--set model=small_model: model 'small_model' does not end in a cross_entropy layer; write "
        "one that does, to train it");
}

TEST_CASE("a token file that is missing, cut or of another vocabulary is refused by its place") {
  const TrainingHome home;
  const auto refused = [&](const std::string& path) {
    return home.refused_file("kind = \"generated_images\"\nsamples = 96\nheld_out_samples = 16",
                             "kind = \"token_file\"\npath = \"" + path + "\"");
  };
  home.folder().write("models/tiny.toml", with(tokens_model, "\"words\"", "\"tiny\""));
  const std::string folder = home.path("experiments/");
  CHECK(refused("none.bin") ==
        "14:1: " + folder +
            "none.bin: No such file or directory, write as path a file of 16-bit "
            "tokens, like nanoGPT's train.bin");
  home.folder().write("experiments/odd.bin", "abc");
  CHECK(refused("odd.bin") ==
        "14:1: " + folder + "odd.bin: 3 bytes, but tokens have two each; write the file again");
  std::string tokens;
  for (int i = 0; i < 40; ++i) tokens += std::string{static_cast<char>(i % 11), '\0'};
  home.folder().write("experiments/short.bin", tokens.substr(0, 8));
  CHECK(refused("short.bin") ==
        "14:1: " + folder +
            "short.bin: 4 tokens, a sample of 4 and its last target need 5; write a smaller number "
            "of tokens or a longer file");
  std::string beyond = tokens;
  beyond[2 * 17] = 11;
  home.folder().write("experiments/beyond.bin", beyond);
  CHECK(refused("beyond.bin") ==
        "14:1: " + folder +
            "beyond.bin: token 11 at position 17 is beyond the vocabulary of 11; write the "
            "vocabulary that the file was made with, or another file");
  // A whole one is trained on, without held-out tokens too.
  home.folder().write("experiments/good.bin", tokens);
  home.folder().write(
      "good.toml",
      with(tiny_text, "kind = \"generated_images\"\nsamples = 96\nheld_out_samples = 16",
           "kind = \"token_file\"\npath = \"experiments/good.bin\""));
  const CommandResult result = home.run({"train", "good.toml", "--format", "json"});
  CHECK(result.status == 0);
  CHECK(results_of(result)["methods"][0]["held_out"].is_null());
}

TEST_CASE("a log or a folder that cannot be written is refused before the first step") {
  const TrainingHome home;
  home.folder().write("file", "");
  CHECK(home.refused({"--log", "none/log.csv"}) ==
        "'none/log.csv': cannot be written; write the path of a file in a writable folder");
  CHECK(home.refused({"--log", "experiments/tiny.toml"}) ==
        "--log experiments/tiny.toml: would overwrite what is read; write another path");
  CHECK(home.refused({"--log", "log.csv", "--set", "seeds=2"}) ==
        "--log log.csv: a log is of one number of workers and one seed; write --set workers=N and "
        "--set seeds=1");
  for (const char* folder : {"file", "file/below"}) {
    CHECK(home.refused({"--checkpoint", folder}) ==
          fmt::format("--checkpoint {}: cannot be written; write the name of a folder that can be",
                      folder));
  }
  CHECK(home.refused({"--checkpoint-every", "-1s"}) ==
        "--checkpoint-every -1s: must not be negative");
  CHECK(home.refused({"--checkpoint-every", "60"}).starts_with("--checkpoint-every 60: "));
  CHECK_FALSE(fs::exists(home.path("log.csv")));
}

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
