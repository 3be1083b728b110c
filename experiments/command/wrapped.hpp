// Paragraphs in lines.
#pragma once

#include <cstddef>
#include <string>

namespace palsim {

// Breaks a paragraph between words into lines of at most `width` columns, the last one ended too;
// all but the first begin with `indent` blanks. A % stays with its number.
std::string wrapped(const std::string& text, std::size_t width = 110, std::size_t indent = 0);

}  // namespace palsim
