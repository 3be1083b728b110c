// CSV with the fields of JSON objects, under the same names.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace palsim {

// A row for each object; all have the keys of the first, which are the header.
std::string json_csv(const std::vector<nlohmann::ordered_json>& objects);

}  // namespace palsim
