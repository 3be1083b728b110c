#include "sim/methods/segment.hpp"

#include <algorithm>
#include <optional>

namespace palsim {
namespace {

bool is_step(const Segment& segment) {
  return segment.steps > 0 &&
         (segment.activity == Activity::compute || segment.activity == Activity::mix);
}

// Steps of one worker that follow one another.
struct Chain {
  explicit Chain(const Segment& first) : compute(first), mix(first) {
    compute.activity = Activity::compute;
    mix.activity = Activity::mix;
    compute.length = mix.length = Duration();
    compute.steps = mix.steps = 0;
  }
  bool goes_on_with(const Segment& next) const {
    return next.rank == compute.rank && next.begin == compute.begin + compute.length + mix.length;
  }
  void add(const Segment& step) {
    Segment& kind = step.activity == Activity::mix ? mix : compute;
    kind.length += step.length;
    kind.steps += step.steps;
  }

  Segment compute;
  Segment mix;
};

}  // namespace

void gather_steps(std::vector<Segment>& segments) {
  std::stable_sort(segments.begin(), segments.end(),
                   [](const Segment& a, const Segment& b) { return a.rank < b.rank; });
  std::vector<Segment> gathered;
  std::optional<Chain> chain;
  const auto close = [&] {
    if (!chain) return;
    chain->mix.begin = chain->compute.begin + chain->compute.length;
    for (const Segment& kind : {chain->compute, chain->mix}) {
      if (kind.steps > 0) gathered.push_back(kind);
    }
    chain.reset();
  };
  for (const Segment& segment : segments) {
    if (chain && !(is_step(segment) && chain->goes_on_with(segment))) close();
    if (!is_step(segment)) {
      gathered.push_back(segment);
      continue;
    }
    if (!chain) chain.emplace(segment);
    chain->add(segment);
  }
  close();
  segments.assign(gathered.begin(), gathered.end());
  segments.shrink_to_fit();
}

}  // namespace palsim
