// Plans laid over a network for timing: flat arrays that the event loop walks. A rank's part in one
// stage of one channel is a Part; the parts of one rank in one channel follow each other in a
// Chain.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/network/max_min.hpp"
#include "sim/network/network.hpp"
#include "sim/network/placed_plan.hpp"

namespace palsim {

enum class Latency { counted, ignored };

// All exact; a test turns them off and compares. Lone messages, which never share a link, are timed
// without the solver; then, what repeats is counted (see plan_run.hpp).
enum class Shortcuts { none, lone_messages, all };

struct TimingOptions {
  Shortcuts shortcuts = Shortcuts::all;
  Latency latency = Latency::counted;
};

using PartId = std::uint32_t;
using SendId = std::uint32_t;
using ChainId = std::uint32_t;

struct PlanLayout {
  struct Part {
    ChainId chain = 0;
    std::uint32_t first_send = 0;   // into sends_of_parts, up to the next part's
    std::int64_t first = 0;         // repetitions first, ..., end - 1; all its sends
    std::int64_t steady_first = 0;  // happen in those from steady_first on
    std::int64_t steady_end = 0;    // and before steady_end
    std::int64_t end = 0;
  };
  struct Message {
    std::array<PartId, 2> ends = {};
    std::int64_t first = 0;  // repetitions first, ..., end - 1
    std::int64_t end = 0;
    double bytes = 0;
    Duration latency;
    // With shortcuts, of a message that never shares a link with another: all it takes. Else zero.
    Duration alone;
  };
  struct Chain {
    PartId first_part = 0;  // up to the next chain's
    std::uint32_t channel = 0;
    Duration start;
  };

  std::vector<Message> sends;
  std::vector<SendId> sends_of_parts;
  std::vector<Part> parts;    // one more than there are
  std::vector<Chain> chains;  // one more than there are
  std::uint32_t channels = 0;
  MaxMinProblem shared;  // the links that several sends use, and the sends' routes over them
};

// A channel of one of several plans.
struct ChannelOf {
  std::size_t plan = 0;
  std::size_t channel = 0;
};

// Of those channels; the layout numbers them in that order.
PlanLayout lay_out(const Network& network, const std::vector<PlacedPlan>& plans,
                   const std::vector<ChannelOf>& channels, TimingOptions options);

// Sets of the channels that send anything and share no link, so that each can be timed without the
// others.
std::vector<std::vector<ChannelOf>> independent_channels(const Network& network,
                                                         const std::vector<PlacedPlan>& plans);

}  // namespace palsim
