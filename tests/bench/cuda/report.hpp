// The figures of a run, printed as they come and kept for a file of JSON. pytorch_bench.py writes
// the same keys; figures that bear the same block and name are laid side by side by compare.py.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace palsim::cuda {

// Medians.
struct StepTime {
  double step_s = 0;
  double batch_s = 0;   // the copy of the batch to the GPU, alone
  double asking_s = 0;  // until the host has asked for all of the step's work, the batch's copy too
};

class Report {
 public:
  explicit Report(const std::string& gpu);

  void begin_block(const std::string& name, const std::string& about);
  // The least bytes that the work must read and write, against a ceiling in bytes/s.
  void moved(const std::string& name, double bytes, double seconds, double ceiling);
  // Against a ceiling in FLOP/s.
  void computed(const std::string& name, double flops, double seconds, double ceiling);
  // `count` of what the unit says: "tokens".
  void stepped(const std::string& name, double count, const std::string& unit,
               const StepTime& time);

  // Throws InputError if it cannot be written.
  void write(const std::string& path) const;

 private:
  nlohmann::ordered_json& add(const std::string& name, double seconds, double rate,
                              const std::string& unit);

  nlohmann::ordered_json all_;
  std::string block_;
};

}  // namespace palsim::cuda
