#include "experiments/command/display_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace palsim {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Those for which std::format assumes two columns (C++20, [format.string.std]), and the rest of the
// pictographs (1F680).
constexpr std::array wide{
    Range{0x1100, 0x115F},   Range{0x2329, 0x232A},   Range{0x2E80, 0x303E},
    Range{0x3040, 0xA4CF},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE10, 0xFE19},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x2FFFD}, Range{0x30000, 0x3FFFD}};
// Combining marks, joiners and variation selectors.
constexpr std::array combining{Range{0x0300, 0x036F}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF},
                               Range{0x200B, 0x200F}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
                               Range{0xFE20, 0xFE2F}};

template <std::size_t Count>
bool is_in(const std::array<Range, Count>& ranges, std::uint32_t character) {
  return std::any_of(ranges.begin(), ranges.end(), [&](Range range) {
    return range.first <= character && character <= range.last;
  });
}

std::size_t columns_of(std::uint32_t character) {
  if (is_in(combining, character)) return 0;
  return is_in(wide, character) ? 2 : 1;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    const unsigned bits = first < 0xC0 ? 8 : first < 0xE0 ? 5 : first < 0xF0 ? 4 : 3;
    std::uint32_t character = first & ((1U << bits) - 1);
    for (; at < text.size() && continues(text[at]); ++at) {
      character = (character << 6) | (static_cast<unsigned char>(text[at]) & 0x3F);
    }
    columns += columns_of(character);
  }
  return columns;
}

}  // namespace palsim
