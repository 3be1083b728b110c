// Parts of a page from results that were read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace palsim {

// Where a part is from.
struct ResultSource {
  std::string path;  // for complaints
  std::string name;  // of the file
  std::string stem;  // the same without its ending: what a part is called that has no name itself
};

// By its shape. Throws InputError.
std::vector<nlohmann::ordered_json> parts_of_json(nlohmann::ordered_json result,
                                                  const ResultSource& source);

// `predictions` are objects as palsim predict writes them.
std::vector<nlohmann::ordered_json> prediction_parts_of(
    const std::vector<nlohmann::ordered_json>& predictions, const ResultSource& source);
// The axes stand before the other fields. A row without them is one of a prediction.
nlohmann::ordered_json sweep_part_of(nlohmann::ordered_json rows, const ResultSource& source);
nlohmann::ordered_json network_part_of(nlohmann::ordered_json rows, const ResultSource& source);
nlohmann::ordered_json validation_part_of(nlohmann::ordered_json validation,
                                          const ResultSource& source);

[[noreturn]] void fail_no_result(const ResultSource& source);

}  // namespace palsim
