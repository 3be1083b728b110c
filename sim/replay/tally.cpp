#include "sim/replay/tally.hpp"

#include <array>

namespace palsim {
namespace {

constexpr std::array parts{
    &Tally::gradient_steps, &Tally::mix_steps,       &Tally::synchronizations,
    &Tally::bytes_sent,     &Tally::gradient_s,      &Tally::other_compute_s,
    &Tally::mix_s,          &Tally::communication_s, &Tally::waiting_s};

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
  for (const auto part : parts) this->*part += other.*part;
  return *this;
}

Tally& Tally::operator/=(double count) {
  for (const auto part : parts) this->*part /= count;
  return *this;
}

Tally& Tally::operator*=(double factor) {
  for (const auto part : parts) this->*part *= factor;
  return *this;
}

}  // namespace palsim
