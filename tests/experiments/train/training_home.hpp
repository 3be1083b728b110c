// A home with a small experiment that is trained in a moment, and what its runs leave.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/palsim_home.hpp"

namespace palsim {

using Json = nlohmann::json;

inline const std::string tiny_text = R"(cluster = "small_cluster"
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

inline const std::string tiny_model = R"(name = "tiny"
input = "1x8x8"

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
out_features = 4

[[layer]]
type = "cross_entropy"
)";

inline const std::string tokens_model = R"(name = "words"
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
inline std::vector<std::string> losses_of(const std::string& log) {
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
inline Json results_of(const CommandResult& result) {
  Json results = Json::parse(result.out);
  for (Json& method : results["methods"]) {
    for (const char* time : {"wall_clock_s", "compute_s", "communication_s", "waiting_s"}) {
      CHECK(method[time].get<double>() >= 0);
      method.erase(time);
    }
    method.erase("split_s");
  }
  return results;
}

}  // namespace palsim
