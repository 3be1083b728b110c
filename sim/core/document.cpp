#include "sim/core/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "sim/core/error.hpp"
#include "sim/core/key_depth.hpp"
#include "sim/core/nearest.hpp"
#include "sim/core/unknown_key.hpp"

namespace palsim {
namespace {

constexpr int most_depth = 256;  // so that recursion over a document is safe

Origin origin_of(const toml::source_region& region, const std::string& source) {
  return {source, region.begin.line, region.begin.column};
}

std::string placed(const Origin& origin, std::string_view message) {
  if (origin.line == 0) return fmt::format("{}: {}", origin.source, message);
  return fmt::format("{}:{}:{}: {}", origin.source, origin.line, origin.column, message);
}

Value converted(const toml::node& node, const std::string& source, int depth) {
  Value value{origin_of(node.source(), source), {}};
  if (depth > most_depth) {
    fail_at(value.origin, fmt::format("more than {} levels deep; write fewer", most_depth));
  }
  if (const auto* table = node.as_table()) {
    Value::Table entries;
    for (const auto& [key, child] : *table) {
      entries.push_back({std::string(key.str()), origin_of(key.source(), source),
                         converted(child, source, depth + 1)});
    }
    value.data = std::move(entries);
  } else if (const auto* array = node.as_array()) {
    Value::Array elements;
    for (const toml::node& child : *array) elements.push_back(converted(child, source, depth + 1));
    value.data = std::move(elements);
  } else if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.data = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.data = flag->get();
  } else {
    fail_at(value.origin, "found a date; write a number, a quantity in quotes or a text");
  }
  return value;
}

}  // namespace

void fail_at(const Origin& origin, std::string_view message) {
  throw InputError(placed(origin, message));
}

void fail_unknown_at(const Origin& origin, std::string_view message) {
  throw UnknownKey(placed(origin, message));
}

void fail_unknown_among(const Origin& origin, std::string_view message, std::string_view written,
                        const std::vector<std::string>& known) {
  throw UnknownAmongKeys(placed(origin, fmt::format("{}{}", message, suggestion(written, known))),
                         known);
}

std::string Value::description() const {
  struct Describe {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }
    std::string operator()(const std::string& text) const {
      constexpr std::size_t most = 60;
      if (text.size() <= most) return fmt::format("'{}'", text);
      std::size_t end = most;
      while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not within a character
      return fmt::format("'{}...'", text.substr(0, end));
    }
    std::string operator()(const Array&) const { return "an array"; }
    std::string operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Describe(), data);
}

Value* find(Value::Table& table, std::string_view key) {
  const auto at = std::find_if(table.begin(), table.end(),
                               [&](const Entry& entry) { return entry.key == key; });
  return at == table.end() ? nullptr : &at->value;
}

Value parse_document(std::string_view text, const std::string& source) {
  require_shallow_keys(text, source);
  try {
    return converted(toml::parse(text, source), source, 0);
  } catch (const toml::parse_error& error) {
    fail_at(origin_of(error.source(), source),
            fmt::format("not TOML: {}", std::string(error.description())));
  }
}

std::string load_text(const std::string& path, std::string_view kind, std::size_t most_bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> chunk;
  while (text.size() <= most_bytes && (file.read(chunk.data(), chunk.size()), file.gcount() > 0)) {
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  require<InputError>(file.is_open() && !file.bad(),
                      "{}: cannot be read; write the name of a readable {}", path, kind);
  require<InputError>(text.size() <= most_bytes, "{}: too long; write a {} of at most {} bytes",
                      path, kind, most_bytes);
  return text;
}

Value load_document(const std::string& path) {
  return parse_document(load_text(path, "TOML file"), path);
}

}  // namespace palsim
