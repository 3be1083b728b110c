#include "topologies/base.hpp"

#include <fmt/format.h>

#include <utility>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

std::string beside(const std::string& path, const std::string& name) {
  return path.substr(0, path.rfind('/') + 1) + name + ".toml";
}

TopologyDocument load_base(const std::string& path, const Value& name) {
  const auto* text = std::get_if<std::string>(&name.data);
  if (!text) {
    fail_at(name.origin,
            fmt::format("base = {}; write the name of a cluster in quotes", name.description()));
  }
  try {
    const std::string file = beside(path, *text);
    return {load_document(file), {path, file}};
  } catch (const InputError& error) {
    fail_at(name.origin, fmt::format("base = '{}': {}", *text, error.what()));
  }
}

}  // namespace

TopologyDocument load_topology_document(const std::string& path) {
  Value document = load_document(path);
  auto& table = std::get<Value::Table>(document.data);
  const Value* name = find(table, "base");
  if (name == nullptr) return {std::move(document), {path}};

  TopologyDocument base = load_base(path, *name);
  auto& described = std::get<Value::Table>(base.description.data);
  if (find(described, "base") != nullptr) {
    fail_at(name->origin,
            fmt::format("base = {} stands on a base itself; write that one", name->description()));
  }
  for (Entry& entry : table) {
    if (entry.key == "base") continue;
    Value* same = find(described, entry.key);
    if (same == nullptr) {
      described.push_back(std::move(entry));
    } else {
      *same = std::move(entry.value);
    }
  }
  return base;
}

}  // namespace palsim
