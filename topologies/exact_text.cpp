#include "topologies/exact_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <initializer_list>

#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

double count_of(Duration duration) { return static_cast<double>(duration.count_ns()); }
template <class Tag, class Rep>
double count_of(Quantity<Tag, Rep> quantity) {
  return static_cast<double>(quantity.count());
}

template <class Q>
bool means(const std::string& text, Q value) {
  try {
    return parse_quantity<Q>(text) == value;
  } catch (const InputError&) {  // not a whole number of bytes; not a number
    return false;
  }
}

// The fewest digits of `number` with which the text is read back as `value`; "" if none do.
template <class Q>
std::string text_in(std::string_view unit, double number, Q value) {
  constexpr int most_digits = 17;
  for (int digits = 1; digits <= most_digits; ++digits) {
    const std::string shown = fmt::format("{:.{}g}", number, digits);
    double rounded = 0;
    std::from_chars(shown.data(), shown.data() + shown.size(), rounded);
    std::string text = fmt::format("{}{}", rounded, unit);
    if (means(text, value)) return text;
  }
  return "";
}

// `units` from the largest to the smallest, which alone is used with numbers below 1.
template <class Q>
std::string shortest(Q value, std::initializer_list<std::string_view> units) {
  std::string best;
  for (const std::string_view unit : units) {
    const double number = count_of(value) / count_of(parse_quantity<Q>(fmt::format("1{}", unit)));
    if (std::fabs(number) < 1 && unit != *(units.end() - 1)) continue;
    const std::string text = text_in(unit, number, value);
    if (!text.empty() && (best.empty() || text.size() < best.size())) best = text;
  }
  require(!best.empty(), "no text means exactly {} {}", count_of(value), *(units.end() - 1));
  return best;
}

}  // namespace

std::string exact_text(Bytes bytes) {
  return shortest(bytes, {"TiB", "TB", "GiB", "GB", "MiB", "MB", "KiB", "kB", "B"});
}
std::string exact_text(BytesPerSecond rate) {
  return shortest(rate, {"TB/s", "GB/s", "MB/s", "kB/s", "B/s"});
}
std::string exact_text(FlopsPerSecond rate) {
  return shortest(rate, {"PFLOP/s", "TFLOP/s", "GFLOP/s", "MFLOP/s", "FLOP/s"});
}
std::string exact_text(Duration duration) { return shortest(duration, {"s", "ms", "us", "ns"}); }
std::string exact_bit_text(BytesPerSecond rate) {
  return shortest(rate, {"Tbit/s", "Gbit/s", "Mbit/s", "kbit/s", "bit/s"});
}

}  // namespace palsim
