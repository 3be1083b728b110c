#include "real/cuda/vectors/sum_program.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

using Code = std::vector<std::uint8_t>;

// A rank's sum so far: the ranks in it as the code of a shape lists them, while it has that shape.
struct Term {
  Code chain;
  Code balanced;
  bool is_chain = true;
  bool is_balanced = true;
};

void add(Term& target, const Term& source) {
  target.is_balanced =
      target.is_balanced && source.is_balanced && target.balanced.size() == source.balanced.size();
  target.is_chain = target.is_chain && source.is_chain && target.chain.size() == 1;
  target.balanced.insert(target.balanced.end(), source.balanced.begin(), source.balanced.end());
  target.chain.insert(target.chain.begin(), source.chain.begin(), source.chain.end());
}

Term summed_up(const std::vector<Addition>& additions, Rank workers) {
  std::vector<Term> terms;
  for (Rank rank = 0; rank < workers; ++rank) {
    const Code code{static_cast<std::uint8_t>(rank)};
    terms.push_back({.chain = code, .balanced = code});
  }
  for (const Addition& addition : additions) {
    add(terms[static_cast<std::size_t>(addition.target)],
        terms[static_cast<std::size_t>(addition.source)]);
  }
  return additions.empty() ? terms.front()
                           : terms[static_cast<std::size_t>(additions.back().target)];
}

}  // namespace

SumProgram sum_program(const SumOrder& order) {
  require<InputError>(order.workers <= most_workers,
                      "{} workers on one GPU; write at most {}, or give each its own GPU",
                      order.workers, most_workers);
  std::vector<Term> sums;
  for (const std::vector<Addition>& additions : order.chunks) {
    sums.push_back(summed_up(additions, order.workers));
  }
  SumProgram program{.workers = static_cast<int>(order.workers),
                     .chunks = static_cast<int>(order.chunks.size())};
  const auto all = [&](auto property) { return std::all_of(sums.begin(), sums.end(), property); };
  if (all([](const Term& sum) { return sum.is_chain; })) {
    program.shape = SumShape::chain;
    for (const Term& sum : sums) {
      program.code.insert(program.code.end(), sum.chain.begin(), sum.chain.end());
    }
  } else if (all([](const Term& sum) { return sum.is_balanced; })) {
    program.shape = SumShape::balanced;
    for (const Term& sum : sums) {
      program.code.insert(program.code.end(), sum.balanced.begin(), sum.balanced.end());
    }
  } else {
    for (const std::vector<Addition>& additions : order.chunks) {
      for (const Addition& addition : additions) {
        program.code.push_back(static_cast<std::uint8_t>(addition.target));
        program.code.push_back(static_cast<std::uint8_t>(addition.source));
      }
    }
  }
  return program;
}

}  // namespace palsim::cuda
