// Checkpoints of one method's run: a folder step-S with a file for each worker. A folder is made
// under another name and renamed when all workers' files are whole and on disk, so what bears the
// name is complete, whatever was interrupted. Files carry what they belong to and a checksum.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "real/comm/group.hpp"
#include "real/training/worker_state.hpp"

namespace palsim {

// What a checkpoint must agree in with the run that resumes it: text, told apart by key.
struct RunIdentity {
  std::string key;    // "model"
  std::string value;  // "mlp, 1841162 parameters in 6 tensors"
  friend bool operator==(const RunIdentity&, const RunIdentity&) = default;
};
using RunIdentities = std::vector<RunIdentity>;

struct CheckpointContent {
  const RunIdentities& identity;
  WorkerProgress progress;
  std::span<const std::span<float>> state;
};

// `state` is in the memory of `device`. Called by all workers of the group. The folder is this
// run's alone: if it has a checkpoint of that step, whose bits are the same, that one stays; those
// of other steps are removed. Throws InputError if it cannot be written; what was there before
// stays.
void save_checkpoint(const std::filesystem::path& folder, const CheckpointContent& content,
                     Device<float>& device, Group& group);

struct Checkpoint {
  std::filesystem::path path;
  Step step = 0;
};

// The latest complete one; nothing if the folder has none.
std::optional<Checkpoint> latest_checkpoint(const std::filesystem::path& folder);

// Reads one worker's file into `state` (of the very sizes that were saved) on `device`. Throws
// InputError for what is cut, damaged or another run's, naming the first identity that differs.
WorkerProgress load_checkpoint(const std::filesystem::path& checkpoint, Rank rank,
                               const RunIdentities& identity,
                               std::span<const std::span<float>> state, Device<float>& device);

}  // namespace palsim
