// A cluster file may stand on another of its folder: `base = "NAME"`. What it says itself takes the
// place of the base's tables and values of the same names; the rest is the base's.
#pragma once

#include <string>
#include <vector>

#include "sim/core/document.hpp"

namespace palsim {

struct TopologyDocument {
  Value description;               // the whole, without `base`
  std::vector<std::string> files;  // what was read
};

// Throws InputError for a base that cannot be read or has one.
TopologyDocument load_topology_document(const std::string& path);

}  // namespace palsim
