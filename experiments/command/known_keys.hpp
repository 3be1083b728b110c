// The keys that files of palsim may have, as their readers know them.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace palsim {

// Reads a file with one assignment ("key=value") laid over it. Throws InputError.
using ReadWith = std::function<void(const std::string& assignment)>;

// The keys that go on from `typed`, a key or its beginning: "steps=", and "compute." for a table.
std::vector<std::string> keys_from(const std::string& typed, const ReadWith& read);

}  // namespace palsim
