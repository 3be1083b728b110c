// A cluster by name or path, with what the command line lays over it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "topologies/topology.hpp"

namespace palsim {

struct ClusterFile {
  Topology topology;
  std::vector<std::string> files;  // what was read: the cluster's, and its base's
};

// `name` is a name in topologies/ or the path of a TOML file (relative to `base`); complaints about
// it are made at `origin`. Assignments are "key=value"; complaints call them `prefix` + assignment.
// Throws InputError.
ClusterFile load_cluster(const std::string& name, const std::filesystem::path& base,
                         const Origin& origin, const std::vector<std::string>& overrides,
                         std::string_view prefix);

// The document with the assignments laid over it.
Value overridden(Value document, const std::vector<std::string>& overrides,
                 std::string_view prefix = "");

}  // namespace palsim
