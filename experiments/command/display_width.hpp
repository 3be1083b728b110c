// How many columns of a terminal a text takes.
#pragma once

#include <cstddef>
#include <string_view>

namespace palsim {

// Of UTF-8: wide characters (East Asian, emoji) take two columns, combining ones none.
std::size_t display_width(std::string_view text);

}  // namespace palsim
