// What palsim says and does with --backend cuda, where the GPU is an emulated one.
#include "tests/experiments/train/training_home.hpp"

namespace palsim {
namespace {

// Without what times and the last digits change.
Json trained(const TrainingHome& home, const Words& more) {
  Words words{"train", "tiny", "--format", "json"};
  words.insert(words.end(), more.begin(), more.end());
  const CommandResult result = home.run(words);
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  return Json::parse(result.out);
}

TEST_CASE("Workers that share a GPU end where workers on cores do") {
  const TrainingHome home;
  const Json cores = trained(home, {});
  const Json gpu = trained(home, {"--backend", "cuda", "--emulate"});
  CHECK(gpu.at("backend") == "cuda");
  REQUIRE(gpu.at("methods").size() == cores.at("methods").size());
  for (std::size_t at = 0; at < gpu.at("methods").size(); ++at) {
    const double on_cores = cores.at("methods").at(at).at("loss");
    CHECK(gpu.at("methods").at(at).at("loss") == doctest::Approx(on_cores).epsilon(1e-4));
  }
}

TEST_CASE("A worker alone needs neither another GPU nor --emulate, two need one of them") {
  const TrainingHome home;
  trained(home, {"--backend", "cuda", "--set", "workers=1"});
  CHECK(home.refusal({"train", "tiny", "--backend", "cuda"}) ==
        "ddp: 2 workers on this machine, but 1 GPU; write fewer workers, or --emulate to let them "
        "share one");
  CHECK(home.refusal({"calibrate", "machine", "--backend", "cuda", "--workers", "3"}) ==
        "3 workers on this machine, but 1 GPU; write fewer workers, or --emulate to let them share "
        "one");
}

TEST_CASE("Products in bf16 train a little differently") {
  const TrainingHome home;
  const Words gpu{"--backend", "cuda", "--emulate"};
  const Json exact = trained(home, gpu);
  const Json rounded = trained(home, {"--backend", "cuda", "--emulate", "--set", "precision=bf16"});
  const double loss = exact.at("methods").at(0).at("loss");
  CHECK(rounded.at("methods").at(0).at("loss") != loss);
  CHECK(rounded.at("methods").at(0).at("loss") == doctest::Approx(loss).epsilon(0.02));
}

TEST_CASE("A run on a GPU is resumed there, and says where it stopped") {
  const TrainingHome home;
  const Words whole{"--backend", "cuda", "--emulate", "--checkpoint", "kept"};
  const Json first = trained(home, whole);
  const Json again = trained(home, {"--backend", "cuda", "--emulate", "--resume", "kept"});
  CHECK(first.at("methods").at(1).at("loss") == again.at("methods").at(1).at("loss"));
}

TEST_CASE("A validation on a GPU predicts and trains") {
  const TrainingHome home;
  home.folder().write("gpu.toml", R"(name = "gpu"

[node]
workers = ["worker0", "worker1"]

[device]
name = "A GPU"
fp32 = "1TFLOP/s"
memory_bandwidth = "100GB/s"
memory = "1GB"
throughput = [1, 1.5]

[transport]
kind = "measured"
all_reduce = [{ workers = 2, size = "1KiB", time = "5us" }]
broadcast = [{ workers = 2, size = "1KiB", time = "5us" }]
)");
  const CommandResult result =
      home.run({"validate", "tiny", "--backend", "cuda", "--emulate", "--calibration", "gpu.toml",
                "--repeats", "1", "--format", "json"});
  CAPTURE(result.err);
  REQUIRE(result.status == 0);
  const Json validation = Json::parse(result.out);
  CHECK(validation.at("machine").at("gpus") == 1);
  CHECK(validation.at("methods").size() == 2);
  for (const Json& method : validation.at("methods")) {
    CHECK(method.at("predicted").at("wall_clock_s") > 0);
    CHECK(method.at("measured").at("wall_clock_s") > 0);
  }
}

}  // namespace
}  // namespace palsim
