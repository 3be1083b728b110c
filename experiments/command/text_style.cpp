#include "experiments/command/text_style.hpp"

#include <fmt/format.h>

namespace palsim {
namespace {

// Of the 16 that a terminal's own theme keeps readable; none of two that red-green blindness
// confuses.
const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      break;
    case Tone::faint:
      return "2";
    case Tone::strong:
      return "1";
    case Tone::warning:
    case Tone::communication:
      return "33";
    case Tone::compute:
      return "34";
    case Tone::mix:
      return "36";
    case Tone::waiting:
      return "90";
  }
  return "0";
}

}  // namespace

std::string toned(const std::string& text, Tone tone, const TextStyle& style) {
  if (style.colours == Colours::none || tone == Tone::plain || text.empty()) return text;
  return fmt::format("\033[{}m{}\033[0m", code_of(tone), text);
}

}  // namespace palsim
