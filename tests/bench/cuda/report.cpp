#include "tests/bench/cuda/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "sim/core/error.hpp"

namespace palsim::cuda {

Report::Report(const std::string& gpu) {
  fmt::print("{}\n", gpu);
  all_["gpu"] = gpu;
  all_["figures"] = nlohmann::ordered_json::array();
}

void Report::begin_block(const std::string& name, const std::string& about) {
  block_ = name;
  fmt::print("\n{}: {}\n", name, about);
  std::fflush(stdout);
}

nlohmann::ordered_json& Report::add(const std::string& name, double seconds, double rate,
                                    const std::string& unit) {
  all_["figures"].push_back({{"block", block_},
                             {"name", name},
                             {"time_ms", 1e3 * seconds},
                             {"rate", rate},
                             {"unit", unit}});
  return all_["figures"].back();
}

void Report::moved(const std::string& name, double bytes, double seconds, double ceiling) {
  const double rate = bytes / seconds;
  fmt::print("{:44} {:>10.3f} ms {:>10.1f} MB    {:>8.1f} GB/s    {:>4.0f} %\n", name,
             1e3 * seconds, 1e-6 * bytes, 1e-9 * rate, 100 * rate / ceiling);
  auto& figure = add(name, seconds, 1e-9 * rate, "GB/s");
  figure["bytes"] = bytes;
  figure["share"] = rate / ceiling;
}

void Report::computed(const std::string& name, double flops, double seconds, double ceiling) {
  const double rate = flops / seconds;
  fmt::print("{:44} {:>10.3f} ms {:>10.1f} GFLOP {:>8.2f} TFLOP/s {:>4.0f} %\n", name,
             1e3 * seconds, 1e-9 * flops, 1e-12 * rate, 100 * rate / ceiling);
  auto& figure = add(name, seconds, 1e-12 * rate, "TFLOP/s");
  figure["flops"] = flops;
  figure["share"] = rate / ceiling;
}

void Report::stepped(const std::string& name, double count, const std::string& unit,
                     const StepTime& time) {
  // A graph would ask for all at once, but the batch's copy would stay.
  const double asking_s = std::max(time.asking_s - time.batch_s, 0.0);
  fmt::print("{:28} {:>10.3f} ms {:>9.3f} ms {:>9.3f} ms {:>4.0f} % {:>12.1f} {}/s\n", name,
             1e3 * time.step_s, 1e3 * time.batch_s, 1e3 * asking_s, 100 * asking_s / time.step_s,
             count / time.step_s, unit);
  std::fflush(stdout);
  auto& figure = add(name, time.step_s, count / time.step_s, unit + "/s");
  figure["batch_ms"] = 1e3 * time.batch_s;
  figure["asking_ms"] = 1e3 * asking_s;
  figure["asking_share"] = asking_s / time.step_s;
}

void Report::write(const std::string& path) const {
  std::ofstream file(path);
  file << all_.dump(1) << '\n';
  file.close();
  require<InputError>(file.good(), "{}: cannot be written; give --json a file in a folder that is",
                      path);
}

}  // namespace palsim::cuda
