#pragma once
#include <vector>
#include "sim/core/time.hpp"
#include "sim/network/network.hpp"
namespace palsim { struct FlowRequest { Time start; Rank source; Rank target; Bytes bytes; };
inline std::vector<Time> finish_times(const Network&, const std::vector<FlowRequest>& f) { std::vector<Time> r; for (auto& x : f) r.push_back(x.start); return r; } }
