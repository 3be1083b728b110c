#include "experiments/command/input_file.hpp"

#include <array>
#include <fstream>

#include "sim/core/error.hpp"

namespace palsim {

std::string read_whole_file(const std::string& path, const std::string& what) {
  constexpr std::size_t most_bytes = 16 << 20;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> chunk{};
  while (text.size() <= most_bytes && (file.read(chunk.data(), chunk.size()), file.gcount() > 0)) {
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  require<InputError>(file.is_open() && !file.bad(), "{}: cannot be read; write the path of {}",
                      path, what);
  require<InputError>(text.size() <= most_bytes, "{}: too long; write a file of at most {} bytes",
                      path, most_bytes);
  return text;
}

}  // namespace palsim
