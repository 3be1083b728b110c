// Text for places where others would misread more than ASCII, such as comments of files.
#pragma once

#include <string>

namespace palsim {

// '?' for each byte that is not, and for DEL.
inline std::string ascii(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) > 0x7e) c = '?';
  }
  return text;
}

}  // namespace palsim
