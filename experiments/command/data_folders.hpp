// Where palsim's own clusters, models and experiments lie, and how a name or a path in an
// experiment finds its file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/document.hpp"

namespace palsim {

// The folder that holds topologies/, models/ and experiments/: $PALSIM_HOME, else share/palsim
// beside the bin/ of an installed palsim, else where palsim was built from.
std::filesystem::path data_home();

// The names of the TOML files in one of its folders, sorted.
std::vector<std::string> known_names(std::string_view folder);

// The TOML file that `name` means: a path if it ends in .toml or has a slash (relative to `base`),
// else a file of that name in `folder` of the data home. Throws InputError at `origin` if there is
// none, with the nearest known name.
std::filesystem::path find_file(std::string_view folder, const std::string& name,
                                const std::filesystem::path& base, const Origin& origin);

}  // namespace palsim
