#include "experiments/calibrate/calibrated_name.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace palsim {

std::string name_for(const std::string& out, const std::string& fallback) {
  const std::string stem = std::filesystem::path(out).stem().string();
  const bool plain = !stem.empty() && std::all_of(stem.begin(), stem.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
  });
  return plain ? stem : fallback;
}

}  // namespace palsim
