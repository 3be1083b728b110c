#include "experiments/command/split_bar.hpp"

#include <array>
#include <cmath>

namespace palsim {
namespace {

struct Part {
  char character;
  const char* name;
  Tone tone;
  double TimeSplit::*seconds;
};
constexpr std::array parts{
    Part{'=', "compute", Tone::compute, &TimeSplit::compute_s},
    Part{'+', "mix", Tone::mix, &TimeSplit::mix_s},
    Part{'#', "communication", Tone::communication, &TimeSplit::communication_s},
    Part{'.', "waiting", Tone::waiting, &TimeSplit::waiting_s}};

}  // namespace

std::string split_bar(const TimeSplit& split, double longest_s, std::size_t columns,
                      const TextStyle& style) {
  std::string bar;
  double until_s = 0;
  std::size_t drawn = 0;
  for (const Part& part : parts) {
    until_s += split.*part.seconds;
    const double share = longest_s > 0 ? until_s / longest_s : 0;
    const auto end = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns)));
    bar += toned(std::string(end - drawn, part.character), part.tone, style);
    drawn = end;
  }
  return bar;
}

std::string split_legend(const TextStyle& style) {
  std::string legend;
  for (const Part& part : parts) {
    if (!legend.empty()) legend += "  ";
    legend += toned(std::string(1, part.character), part.tone, style) + ' ' + part.name;
  }
  return legend;
}

}  // namespace palsim
