#include "experiments/command/completion.hpp"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <optional>

#include "experiments/command/cluster_file.hpp"
#include "experiments/command/data_folders.hpp"
#include "experiments/command/known_keys.hpp"
#include "experiments/command/option_text.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/validation/validation.hpp"

namespace palsim {
namespace {

using Words = std::vector<std::string>;

// What stands on the line of one command.
struct CommandWords {
  Words positional;
  std::optional<OptionText> pending;  // an option whose value is being typed
  std::string cluster;                // the value of --cluster
};

// "--format=js" as "--format", "js", whoever parted it. Empty if a value of KEY=VALUE is typed,
// where any may stand.
std::optional<Words> parted(const Words& words) {
  Words parts;
  for (const std::string& word : words) {
    const std::size_t sign = word.find('=');
    if (sign == std::string::npos) {
      parts.push_back(word);
    } else if (word.starts_with("--")) {
      parts.insert(parts.end(), {word.substr(0, sign), word.substr(sign + 1)});
    } else if (word == "=" && !parts.empty() && parts.back().starts_with("--")) {
      if (&word == &words.back()) parts.emplace_back();
    } else if (&word == &words.back() || &word + 1 == &words.back()) {
      return std::nullopt;
    }
  }
  return parts;
}

std::optional<OptionText> find_option(const std::vector<OptionText>& options,
                                      const std::string& word) {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const OptionText& option) { return option.name == word; });
  return found == options.end() ? std::nullopt : std::optional(*found);
}

CommandWords read_words(const std::vector<OptionText>& options, const Words& words) {
  CommandWords line;
  for (const std::string& word : words) {
    const std::optional<OptionText> option = std::exchange(line.pending, std::nullopt);
    if (option && option->takes == OptionValue::required) {
      if (option->name == "--cluster") line.cluster = word;
    } else if (word.starts_with('-')) {
      line.pending = find_option(options, word);
      if (line.pending && line.pending->takes == OptionValue::none) line.pending.reset();
    } else if (!option) {
      line.positional.push_back(word);
    }
  }
  return line;
}

ReadWith reader_of(const Command& command, const CommandWords& line) {
  std::string cluster = line.cluster;
  if (command.description.positional == "topology" && !line.positional.empty()) {
    cluster = line.positional.front();
  }
  if (!cluster.empty()) {
    return [=](const std::string& assignment) {
      load_cluster(cluster, "", {cluster}, {assignment}, "");
    };
  }
  const std::string experiment = line.positional.empty() ? "" : line.positional.front();
  return [=](const std::string& assignment) { load_experiment(experiment, {assignment}); };
}

Words labels_of(const CommandWords& line) {
  Words labels;
  try {
    if (line.positional.empty()) return labels;
    const Experiment experiment = load_experiment(line.positional.front(), {});
    for (const LabelledMethod& method : experiment.runs.front().methods) {
      labels.push_back(method.label);
    }
  } catch (const InputError&) {
    // not to be read: no labels
  }
  return labels;
}

Words validation_names() {
  Words names;
  for (const NamedValidation& validation : all_validations()) names.emplace_back(validation.name);
  return names;
}

// By the name of an option's value, or of what stands without an option.
Completions values_named(const std::string& name, const Command& command, const CommandWords& line,
                         const std::string& typed) {
  if (const Words choices = choices_of(name); !choices.empty()) return {choices};
  if (name == "EXPERIMENT" || name == "SUBJECT") return {known_names("experiments"), Paths::files};
  if (name == "CLUSTER" || name == "TOPOLOGY") return {known_names("topologies"), Paths::files};
  if (name == "MODEL") return {known_names("models"), Paths::files};
  if (name == "VALIDATION") return {validation_names()};
  if (name == "SHELL") return {{"bash"}};
  if (name == "LABEL") return {labels_of(line)};
  if (name.starts_with("KEY")) return {keys_from(typed, reader_of(command, line))};
  if (name == "FOLDER") return {{}, Paths::folders};
  if (name == "FILE" || name == "LOG") return {{}, Paths::files};
  return {};
}

Completions in_command(const Command& command, const Words& words, const std::string& typed) {
  const std::vector<OptionText> options = option_texts(command.options);
  const CommandWords line = read_words(options, words);
  if (line.pending && !typed.starts_with("--")) {
    return values_named(line.pending->value, command, line, typed);
  }
  if (typed.starts_with('-')) {
    Words names;
    for (const OptionText& option : options) names.push_back(option.name);
    return {names};
  }
  return values_named(boost::to_upper_copy(command.description.positional), command, line, typed);
}

Completions any_of(const Command& command, const Words& words, const std::string& typed) {
  if (command.run != nullptr) return in_command(command, words, typed);
  Completions below;
  for (const Command& sub : command.subcommands) {
    const std::string word = last_word(sub.description);
    if (words.empty()) below.words.push_back(word);
    if (!words.empty() && words.front() == word) {
      return any_of(sub, {words.begin() + 1, words.end()}, typed);
    }
  }
  if (words.empty() && typed.starts_with('-')) {
    for (const OptionText& option : option_texts(command.options)) {
      below.words.push_back(option.name);
    }
  }
  return below;
}

}  // namespace

Completions completions_of(const Command& root, std::vector<std::string> words) {
  if (words.empty()) words.emplace_back();
  std::optional<Words> parts = parted(words);
  if (!parts) return {};
  const std::string typed = parts->back();
  parts->pop_back();
  Completions completions = any_of(root, *parts, typed);
  std::erase_if(completions.words,
                [&](const std::string& word) { return !word.starts_with(typed); });
  return completions;
}

}  // namespace palsim
