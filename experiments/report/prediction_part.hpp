// What a page shows of an experiment: its prediction as palsim predict has it, each seed's time,
// timelines, and the cluster with its links in use. Made by the command and in browsers alike.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiments/predict/prediction.hpp"

namespace palsim {

// What may be shown of it; beyond, parts say what they leave out.
struct PageRoom {
  std::size_t timeline_segments = 80'000;  // 0: no timelines
  std::size_t link_uses = 15'000;          // of every link under every method
};

struct PartRequest {
  std::string source;                  // what the experiment was called
  std::vector<std::string> overrides;  // what was laid over it
  PageRoom room;
};

// Objects {kind: "prediction", title, source, settings, prediction, links_left_out, spread,
// timelines, topology}, one for each of the experiment's numbers of workers, which share the room.
// The same for any number of threads. `progress` is told what share is done.
std::vector<nlohmann::ordered_json> prediction_parts(const Experiment& experiment,
                                                     const PartRequest& request,
                                                     const Progress& progress);

}  // namespace palsim
