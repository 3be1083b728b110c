#include "experiments/command/data_folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "sim/core/nearest.hpp"

namespace palsim {
namespace fs = std::filesystem;

fs::path data_home() {
  const char* home = std::getenv("PALSIM_HOME");
  if (home != nullptr && *home != 0) return home;
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = program.parent_path().parent_path() / "share" / "palsim";
  return !program.empty() && fs::is_directory(installed, none) ? installed
                                                               : fs::path(PALSIM_SOURCE_HOME);
}

std::vector<std::string> known_names(std::string_view folder) {
  std::vector<std::string> names;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(data_home() / folder, none)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

fs::path find_file(std::string_view folder, const std::string& name, const fs::path& base,
                   const Origin& origin) {
  std::error_code none;
  if (name.ends_with(".toml") || name.find('/') != std::string::npos) {
    const fs::path path = base / name;
    if (fs::is_regular_file(path, none)) return path;
    fail_at(origin,
            fmt::format("'{}' is not a file; write the path of a TOML file or a name in {}/",
                        path.string(), folder));
  }
  const fs::path known = data_home() / folder;
  const fs::path path = known / (name + ".toml");
  if (!name.empty() && fs::is_regular_file(path, none)) return path;
  if (!fs::is_directory(known, none)) {
    fail_at(origin, fmt::format("there is no folder '{}' to find '{}' in; set PALSIM_HOME to a "
                                "checkout of palsim",
                                known.string(), name));
  }
  fail_at(origin,
          fmt::format("'{}' is not in {}/{}", name, folder, suggestion(name, known_names(folder))));
}

}  // namespace palsim
