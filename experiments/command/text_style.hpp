// How text for people looks where it is shown: how wide, and in which colours. A colour only
// repeats what words, places and characters say.
#pragma once

#include <cstddef>
#include <string>

namespace palsim {

enum class Colours { none, ansi };

struct TextStyle {
  std::size_t width = 110;  // fixed where no terminal is
  Colours colours = Colours::none;
};

enum class Tone { plain, faint, strong, warning, compute, mix, communication, waiting };

// The text between the terminal's codes for a tone: as it is without colours.
std::string toned(const std::string& text, Tone tone, const TextStyle& style);

}  // namespace palsim
