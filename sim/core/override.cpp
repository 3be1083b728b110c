// --set key=value: one assignment laid over a document.
#include <fmt/format.h>

#include <algorithm>

#include "sim/core/document.hpp"
#include "sim/core/error.hpp"
#include "sim/core/unknown_key.hpp"

namespace palsim {
namespace {

// A table or an array within a right side stands where the assignment stands.
void place_at(Value& value, const Origin& origin) {
  value.origin = origin;
  if (auto* elements = std::get_if<Value::Array>(&value.data)) {
    for (Value& element : *elements) place_at(element, origin);
  } else if (auto* table = std::get_if<Value::Table>(&value.data)) {
    for (Entry& entry : *table) {
      entry.key_origin = origin;
      place_at(entry.value, origin);
    }
  }
}

// TOML where it reads as such (128, 0.5, true, [1, 2], "x"), else the text itself (0.2s, ddp).
Value parse_right_side(std::string_view text, const Origin& origin) {
  Value value{origin, std::string(text)};
  try {
    Value document = parse_document(fmt::format("value = {}", text), origin.source);
    Value::Table& table = std::get<Value::Table>(document.data);
    if (table.size() == 1) value.data = std::move(table.front().value.data);
  } catch (const InputError&) {
    // not TOML: a bare word
  }
  place_at(value, origin);
  return value;
}

const std::string* text_under(Value& element, std::string_view key) {
  auto* table = std::get_if<Value::Table>(&element.data);
  Value* value = table ? find(*table, key) : nullptr;
  return value ? std::get_if<std::string>(&value->data) : nullptr;
}

const std::string* name_of(Value& element) { return text_under(element, "name"); }

const std::string* label_of(Value& element) {
  const std::string* label = text_under(element, "label");
  return label ? label : name_of(element);
}

// Walks an assignment from left to right: what a name is depends on what it stands in.
class Assignment {
 public:
  explicit Assignment(Origin origin) : origin_(std::move(origin)) {}

  // `rest` is "key=value" or "key.rest".
  void assign(Value& target, std::string_view rest, int depth = 0) const {
    constexpr int most_depth = 256;  // as in a document
    if (depth > most_depth) fail_unknown_at(origin_, "too many steps in the key; write fewer");
    if (auto* elements = std::get_if<Value::Array>(&target.data)) {
      if (!assign_in_array(*elements, rest, depth)) fail_unnamed(*elements, rest);
      return;
    }
    const std::size_t end = rest.find_first_of(".=");
    const std::string_view key = rest.substr(0, end);
    if (end == std::string_view::npos) fail_without_value();
    if (key.empty()) fail_unknown_at(origin_, fmt::format("a step of the key is empty; {}", form));
    auto* table = std::get_if<Value::Table>(&target.data);
    if (!table) {
      fail_unknown_at(origin_,
                      fmt::format("'{}' lies inside {}, which has no keys; write another key", key,
                                  target.description()));
    }
    Value* child = find(*table, key);
    if (!child) {
      table->push_back({std::string(key), origin_, Value{origin_, Value::Table{}}});
      child = &table->back().value;
    }
    if (rest[end] == '=') {
      *child = parse_right_side(rest.substr(end + 1), origin_);
    } else {
      assign(*child, rest.substr(end + 1), depth + 1);
    }
  }

  [[noreturn]] void fail_without_value() const {
    fail_unknown_at(origin_, fmt::format("no assignment; {}", form));
  }

 private:
  static constexpr std::string_view form = "write key=value, such as compute.jitter=0.1";

  // A name may itself hold dots ("features.0") and a label anything ("PALSGD p=0.05"), so each
  // beginning of `rest` is tried, the shortest first.
  bool assign_in_array(Value::Array& elements, std::string_view rest, int depth) const {
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos;
         dot = rest.find('.', dot + 1)) {
      // As an experiment labels them: by the label, else by the name. Failing that, all of the
      // name.
      for (const auto known_as : {label_of, name_of}) {
        bool found = false;
        for (Value& element : elements) {
          const std::string* name = known_as(element);
          if (!name || *name != rest.substr(0, dot)) continue;
          assign(element, rest.substr(dot + 1), depth + 1);
          found = true;
        }
        if (found) return true;
      }
    }
    return false;
  }

  [[noreturn]] void fail_unnamed(Value::Array& elements, std::string_view rest) const {
    std::vector<std::string> names;
    for (Value& element : elements) {
      for (const auto known_as : {label_of, name_of}) {
        const std::string* name = known_as(element);
        if (name && std::find(names.begin(), names.end(), *name) == names.end()) {
          names.push_back(*name);
        }
      }
    }
    const std::string_view wanted = rest.substr(0, rest.find_first_of(".="));
    if (names.empty()) {
      fail_unknown_at(
          origin_,
          fmt::format("'{}' lies inside an array without names; write the whole array", wanted));
    }
    if (std::find(names.begin(), names.end(), wanted) != names.end()) {
      fail_unknown_at(
          origin_,
          fmt::format("'{0}' is a table; write one of its keys, as {0}.key=value", wanted));
    }
    fail_unknown_among(origin_, fmt::format("nothing here is named '{}'", wanted), wanted, names);
  }

  Origin origin_;
};

}  // namespace

void override_value(Value& document, std::string_view assignment, std::string_view prefix) {
  const Assignment walk({fmt::format("--set {}{}", prefix, assignment)});
  if (assignment.empty() || assignment.front() == '=') walk.fail_without_value();
  walk.assign(document, assignment);
}

}  // namespace palsim
