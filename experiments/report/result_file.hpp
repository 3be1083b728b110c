// Files that other commands of palsim wrote, as parts of a page. A file is recognised by its shape;
// what it lacks, its part lacks.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace palsim {

// What a page can hold.
inline constexpr std::size_t most_result_rows = 100'000;
inline constexpr std::size_t most_result_bytes = std::size_t{128} << 20;

// In the order of the file. Throws InputError for what is no result, or one of another version.
std::vector<nlohmann::ordered_json> parts_of_result(const std::string& path);

}  // namespace palsim
