// How a run is called in sentences: "PALSGD, H = 64, p = 0.1, 8 workers", H and p where it has
// them.
#pragma once

#include <optional>
#include <string>

#include "experiments/command/counted.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

inline std::string run_name(const std::string& label, const std::optional<Step>& sync_interval,
                            const std::optional<double>& mix_probability, Rank workers) {
  std::string name = label;
  if (sync_interval) name += fmt::format(", H = {}", *sync_interval);
  if (mix_probability) name += fmt::format(", p = {}", *mix_probability);
  return name + ", " + counted(workers, "worker");
}

}  // namespace palsim
