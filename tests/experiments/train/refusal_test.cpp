// What palsim train refuses before the first step: exit status 2, one line, nothing lost.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>

#include "tests/experiments/train/training_home.hpp"

using namespace palsim;

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

TEST_CASE(
    "GPUs that are not to be had, and precisions that a backend does not train in, are refused") {
  const TrainingHome home;
  for (const char* precision : {"tf32", "bf16"}) {
    const std::string setting = std::string("precision=") + precision;
    CHECK(home.refused({"--set", setting}) ==
          "--set " + setting + ": the CPU trains in fp32; write precision = \"fp32\"");
  }
  CHECK(home.refused({"--backend", "cuda", "--set", "precision=fp16"}) ==
        "--set precision=fp16: training in fp16 needs a scaled loss, which is not there; write "
        "fp32, tf32 or bf16");
  // Two workers and no --emulate: refused but where there are two GPUs.
  const std::string refusal = home.refused({"--backend", "cuda", "--set", "workers=2"});
  CAPTURE(refusal);
  CHECK(
      (refusal.starts_with("--backend cuda: ") || refusal.find("--emulate") != std::string::npos));
}

TEST_CASE("a backend, a method or an experiment that is not there is refused") {
  const TrainingHome home;
  CHECK(home.refused({"--backend", "gpu"}) == "--backend gpu: not a backend; did you mean 'cpu'?");
  CHECK(home.refused({"--emulate"}) ==
        "--emulate: lets workers share a GPU; write --backend cuda too");
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
  CHECK_FALSE(std::filesystem::exists(home.path("log.csv")));
}
