#include "experiments/inverse/numeric_key.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "experiments/experiment/experiment_documents.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

struct File {
  std::string prefix;  // of its keys in a --set
  Value document;
};

// The experiment's, the cluster's and the model's, with the overrides laid over them.
std::array<File, 3> files_of(const std::string& name, const std::vector<std::string>& overrides) {
  ExperimentDocuments documents = load_experiment_documents(name, overrides);
  return {{{"", std::move(documents.experiment)},
           {"cluster.", std::move(documents.cluster)},
           {"model.", std::move(documents.model)}}};
}

constexpr const char* mark = "the unknown";

// What stood in `before` where the mark stands in `marked`. Addressing is a --set's: this is how it
// is asked.
std::optional<Value> replaced(Value& before, Value& marked) {
  if (auto* entries = std::get_if<Value::Table>(&marked.data)) {
    auto* own = std::get_if<Value::Table>(&before.data);
    for (Entry& entry : *entries) {
      Value* value = own == nullptr ? nullptr : find(*own, entry.key);
      if (value == nullptr) continue;
      if (auto found = replaced(*value, entry.value)) return found;
    }
  } else if (auto* elements = std::get_if<Value::Array>(&marked.data)) {
    auto* own = std::get_if<Value::Array>(&before.data);
    for (std::size_t at = 0; own != nullptr && at < elements->size(); ++at) {
      if (auto found = replaced((*own)[at], (*elements)[at])) return found;
    }
  } else if (const auto* text = std::get_if<std::string>(&marked.data); text && *text == mark) {
    return before;
  }
  return std::nullopt;
}

std::optional<Value> value_under(Value& document, const std::string& key) {
  Value marked = document;
  override_value(marked, key + '=' + mark);
  return replaced(document, marked);
}

bool is_numeric(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    return !text->empty() && text->front() >= '0' && text->front() <= '9';
  }
  return std::holds_alternative<std::int64_t>(value.data) ||
         std::holds_alternative<double>(value.data);
}

void append_numeric_keys(const Value& value, const std::string& key,
                         std::vector<std::string>& keys) {
  if (const auto* table = std::get_if<Value::Table>(&value.data)) {
    for (const Entry& entry : *table) {
      append_numeric_keys(entry.value, key.empty() ? entry.key : key + '.' + entry.key, keys);
    }
  } else if (is_numeric(value)) {
    keys.push_back(key);
  }
}

std::vector<std::string> numeric_keys_of(const std::array<File, 3>& files) {
  std::vector<std::string> keys;
  for (const File& file : files) {
    std::vector<std::string> own;
    append_numeric_keys(file.document, "", own);
    for (const std::string& each : own) keys.push_back(file.prefix + each);
  }
  return keys;
}

[[noreturn]] void fail_unknown(const std::string& key, const std::array<File, 3>& files) {
  std::vector<std::string> keys = numeric_keys_of(files);
  std::vector<std::string> shorter{"workers", "sync_interval"};
  for (const std::string& each : keys) {
    if (each.starts_with("cluster.")) shorter.push_back(each.substr(sizeof("cluster.") - 1));
  }
  keys.insert(keys.end(), shorter.begin(), shorter.end());
  const auto close = nearest(key, keys);
  throw InputError(fmt::format(
      "--solve {}: none of the experiment's files says it{}", key,
      close ? fmt::format("; did you mean '{}'?", *close)
            : fmt::format("; --set it to start from, or write what one of them says, such as {}",
                          keys.front())));
}

}  // namespace

NumericKey numeric_key(const std::string& experiment, const std::vector<std::string>& overrides,
                       const std::string& key) {
  std::array<File, 3> files = files_of(experiment, overrides);
  for (File& file : files) {
    const bool named = !file.prefix.empty() && key.starts_with(file.prefix);
    const bool elsewhere = key.starts_with("cluster.") || key.starts_with("model.");
    if (!named && (elsewhere || file.prefix == "model.")) continue;
    std::optional<Value> value;
    try {
      value = value_under(file.document, named ? key.substr(file.prefix.size()) : key);
    } catch (const InputError& error) {
      const std::string_view message = error.what();
      const std::size_t colon = message.find(": ");
      throw InputError(fmt::format("--solve {}{}", key, message.substr(colon)));
    }
    if (!value) continue;
    if (!is_numeric(*value)) {
      throw InputError(fmt::format("--solve {}: {} is no number; write a key that has one", key,
                                   value->description()));
    }
    return {named ? key : file.prefix + key, std::move(*value)};
  }
  fail_unknown(key, files);
}

std::vector<std::string> numeric_keys(const std::string& experiment,
                                      const std::vector<std::string>& overrides) {
  return numeric_keys_of(files_of(experiment, overrides));
}

}  // namespace palsim
