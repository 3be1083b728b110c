#include "sim/core/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"
#include "sim/core/unknown_key.hpp"

namespace palsim {
namespace {

[[noreturn]] void fail_value(const Value& value, std::string_view key, std::string_view wanted) {
  fail_at(value.origin, fmt::format("{} = {}; write {}", key, value.description(), wanted));
}

// Texts are names of things, which stand in tables, paths and messages.
void check_one_line(const Value& value, std::string_view key, std::string_view text) {
  const bool one_line = std::none_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
  });
  if (!one_line) fail_value(value, key, "one line without control characters");
}

std::int64_t integer_of(const Value& value, std::string_view key, IntegerRange range) {
  const auto* number = std::get_if<std::int64_t>(&value.data);
  const auto* floating = std::get_if<double>(&value.data);
  if (floating && *floating == std::floor(*floating) && std::fabs(*floating) < 1e15) {
    fail_value(value, key, fmt::format("it without point or exponent, as {:.0f}", *floating));
  }
  if (!number) fail_value(value, key, "a whole number");
  if (*number < range.least) fail_value(value, key, fmt::format("at least {}", range.least));
  if (*number > range.most) fail_value(value, key, fmt::format("at most {}", range.most));
  return *number;
}

}  // namespace

TableReader::TableReader(const Value& value, std::string name)
    : value_(&value), name_(std::move(name)) {
  if (!std::holds_alternative<Value::Table>(value.data)) {
    fail_at(value.origin, fmt::format("{} is {}; write a table", name_, value.description()));
  }
}

const Value* TableReader::raw(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  for (const Entry& entry : std::get<Value::Table>(value_->data)) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

bool TableReader::has(std::string_view key) { return raw(key) != nullptr; }

const Origin& TableReader::origin_of(std::string_view key) {
  const Value* value = raw(key);
  return value ? value->origin : origin();
}

void TableReader::fail(std::string_view key, std::string_view message) {
  const Value* value = raw(key);
  const std::string found = value ? fmt::format(" = {}", value->description()) : "";
  fail_at(origin_of(key), fmt::format("{}{}: {}", key, found, message));
}

const Value& TableReader::required(std::string_view key, std::string_view what) {
  const Value* value = raw(key);
  if (value) return *value;
  for (const Entry& entry : std::get<Value::Table>(value_->data)) {
    const bool asked_for = std::find(known_.begin(), known_.end(), entry.key) != known_.end();
    if (!asked_for && is_slip_of(entry.key, key)) fail_unknown(entry, {std::string(key)});
  }
  fail_at(origin(), fmt::format("{} has no '{}'; write {}", name_, key, what));
}

std::string TableReader::text(std::string_view key) {
  const Value& value = required(key, "a text in quotes");
  const auto* text = std::get_if<std::string>(&value.data);
  if (!text) fail_value(value, key, "a text in quotes");
  check_one_line(value, key, *text);
  return *text;
}

std::string TableReader::text(std::string_view key, std::string_view fallback) {
  return has(key) ? text(key) : std::string(fallback);
}

bool TableReader::flag(std::string_view key, bool fallback) {
  const Value* value = raw(key);
  if (!value) return fallback;
  const auto* flag = std::get_if<bool>(&value->data);
  if (!flag) fail_value(*value, key, "true or false");
  return *flag;
}

std::int64_t TableReader::integer(std::string_view key, IntegerRange range) {
  return integer_of(required(key, "a whole number"), key, range);
}

std::int64_t TableReader::integer(std::string_view key, IntegerRange range, std::int64_t fallback) {
  return has(key) ? integer(key, range) : fallback;
}

std::vector<std::int64_t> TableReader::integers(std::string_view key, IntegerRange range) {
  const Value& value = required(key, "a whole number or a list of them");
  const auto* array = std::get_if<Value::Array>(&value.data);
  if (!array) return {integer_of(value, key, range)};
  if (array->empty()) fail_value(value, key, "at least one number");
  std::vector<std::int64_t> numbers;
  for (const Value& element : *array) numbers.push_back(integer_of(element, key, range));
  return numbers;
}

double TableReader::number(std::string_view key, NumberRange range) {
  const Value& value = required(key, "a number");
  double number = 0;
  if (const auto* floating = std::get_if<double>(&value.data)) {
    number = *floating;
  } else if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
    number = static_cast<double>(*integer);
  } else {
    fail_value(value, key, "a plain number");
  }
  if (!(number >= range.least && number < range.below) || !std::isfinite(number)) {
    fail_value(value, key,
               std::isfinite(range.below)
                   ? fmt::format("a number from {} to below {}", range.least, range.below)
                   : fmt::format("a number of at least {}", range.least));
  }
  return number;
}

double TableReader::number(std::string_view key, NumberRange range, double fallback) {
  return has(key) ? number(key, range) : fallback;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const Value& value = required(key, "a list of texts");
  const auto* array = std::get_if<Value::Array>(&value.data);
  if (!array) fail_value(value, key, "a list of texts");
  std::vector<std::string> texts;
  for (const Value& element : *array) {
    const auto* text = std::get_if<std::string>(&element.data);
    if (!text) fail_value(element, key, "a text in quotes");
    check_one_line(element, key, *text);
    texts.push_back(*text);
  }
  return texts;
}

std::size_t TableReader::choice(std::string_view key, const std::vector<std::string>& names) {
  const Value& value = required(key, fmt::format("one of {}", fmt::join(names, ", ")));
  const auto* text = std::get_if<std::string>(&value.data);
  if (!text) fail_value(value, key, fmt::format("one of {}", fmt::join(names, ", ")));
  const auto at = std::find(names.begin(), names.end(), *text);
  if (at == names.end()) {
    fail_at(value.origin, fmt::format("{} = {} is not known{}", key, value.description(),
                                      suggestion(*text, names)));
  }
  return static_cast<std::size_t>(at - names.begin());
}

std::size_t TableReader::choice(std::string_view key, const std::vector<std::string>& names,
                                std::size_t fallback) {
  return has(key) ? choice(key, names) : fallback;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
  const Value* value = raw(key);
  if (!value) return std::nullopt;
  return TableReader(*value, fmt::format("[{}]", key));
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  const Value* value = raw(key);
  if (!value) return {};
  const auto* array = std::get_if<Value::Array>(&value->data);
  if (!array) fail_value(*value, key, "an array of tables");
  std::vector<TableReader> readers;
  for (const Value& element : *array) readers.emplace_back(element, fmt::format("[[{}]]", key));
  return readers;
}

void TableReader::fail_unknown(const Entry& entry, const std::vector<std::string>& known) const {
  fail_unknown_among(entry.key_origin, fmt::format("unknown key '{}' in {}", entry.key, name_),
                     entry.key, known);
}

void TableReader::finish() const {
  for (const Entry& entry : std::get<Value::Table>(value_->data)) {
    const bool known = std::find(known_.begin(), known_.end(), entry.key) != known_.end();
    if (!known) fail_unknown(entry, known_);
  }
}

std::string_view TableReader::quantity_text(const Value& value, std::string_view key,
                                            std::string_view example) {
  const auto* text = std::get_if<std::string>(&value.data);
  if (text) return *text;
  const bool number = std::holds_alternative<std::int64_t>(value.data) ||
                      std::holds_alternative<double>(value.data);
  fail_value(value, key,
             fmt::format("{} quantity with its unit in quotes, such as \"{}\"",
                         number ? "the" : "a", example));
}

void TableReader::rethrow_at(const Value& value, std::string_view key, const InputError& error) {
  fail_at(value.origin, fmt::format("{} = {}", key, error.what()));
}

}  // namespace palsim
