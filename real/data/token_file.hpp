// Text as 16-bit little-endian tokens and nothing else, as nanoGPT's train.bin and val.bin.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "real/data/data_set.hpp"

namespace palsim {

// Sample i is tokens [i T, i T + T), its targets the same one further: each token of the file but
// the first is a target once, and what is left at the end is dropped.
std::unique_ptr<DataSet> read_token_file(const std::string& path, std::int64_t tokens,
                                         std::int64_t vocabulary);

}  // namespace palsim
