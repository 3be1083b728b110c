#include "sim/collectives/halving_doubling_all_reduce.hpp"

#include <bit>
#include <utility>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

// The first `folded` even ranks give what they have to the rank above.
Stage fold(std::int64_t folded, std::int64_t chunks) {
  Stage stage;
  for (Rank rank = 0; rank < 2 * folded; rank += 2) {
    stage.sends.push_back(
        {.source = rank, .target = rank + 1, .chunks = chunks, .combine = Combine::reduce});
  }
  return stage;
}

// Of the two members at that distance the one above keeps the upper half of what both still sum up,
// which starts at chunk kept[member].
Stage halve(const std::vector<Rank>& members, std::size_t distance,
            std::vector<std::int64_t>& kept) {
  const auto half = static_cast<std::int64_t>(members.size() / distance / 2);
  Stage stage;
  for (std::size_t member = 0; member < members.size(); ++member) {
    const bool is_above = (member & distance) != 0;
    stage.sends.push_back({.source = members[member],
                           .target = members[member ^ distance],
                           .first_chunk = kept[member] + (is_above ? 0 : half),
                           .chunks = half,
                           .combine = Combine::reduce});
    if (is_above) kept[member] += half;
  }
  return stage;
}

// What was given away to be summed up comes back complete.
Stage give_back(Stage stage) {
  for (Send& send : stage.sends) {
    std::swap(send.source, send.target);
    send.combine = Combine::copy;
  }
  return stage;
}

}  // namespace

Plan halving_doubling_all_reduce(std::int64_t ranks) {
  require(ranks >= 1, "an all-reduce over {} ranks", ranks);
  const auto chunks = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(ranks)));
  Plan plan{.ranks = ranks, .chunks = chunks};
  if (ranks == 1) return plan;
  const std::int64_t folded = ranks - chunks;
  std::vector<Rank> members;
  for (Rank rank = 0; rank < ranks; ++rank) {
    if (rank >= 2 * folded || rank % 2 == 1) members.push_back(rank);
  }
  std::vector<Stage> stages;
  if (folded > 0) stages.push_back(fold(folded, chunks));
  std::vector<std::int64_t> kept(members.size());
  for (std::size_t distance = 1; distance < members.size(); distance *= 2) {
    stages.push_back(halve(members, distance, kept));
  }
  for (std::size_t back = stages.size(); back-- > 0;) stages.push_back(give_back(stages[back]));
  plan.channels.push_back({.chunks = chunk_range(0, chunks), .stages = std::move(stages)});
  return plan;
}

}  // namespace palsim
