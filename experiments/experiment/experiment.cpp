#include "experiments/experiment/experiment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/experiment/experiment_documents.hpp"
#include "models/loader.hpp"
#include "models/unroll.hpp"
#include "topologies/base.hpp"

namespace palsim {
namespace {

constexpr std::int64_t most_steps = 1'000'000'000'000;
constexpr std::int64_t most_samples = 1'000'000'000;

// A --set of one way to say how long a run is takes the place of the other way in the file.
void drop_other_length(Value& document) {
  auto& table = std::get<Value::Table>(document.data);
  const auto set_on_command_line = [&](std::string_view key) {
    const Value* value = find(table, key);
    return value != nullptr && value->origin.line == 0;
  };
  const auto drop = [&](std::string_view key) {
    std::erase_if(
        table, [&](const Entry& entry) { return entry.key == key && entry.value.origin.line > 0; });
  };
  if (set_on_command_line("steps")) {
    drop("epochs");
    drop("samples");
  } else if (set_on_command_line("epochs")) {
    drop("steps");
  }
}

// `steps`, or `epochs` over `samples` of which an incomplete last batch is dropped.
Step read_steps(TableReader& table, Rank workers, std::int64_t batch_per_worker) {
  if (!table.has("epochs")) {
    if (table.has("samples")) table.fail("samples", "goes with epochs; write epochs, too");
    return table.integer("steps", {1, most_steps});
  }
  if (table.has("steps")) table.fail("epochs", "steps are given too; write one of the two");
  const std::int64_t epochs = table.integer("epochs", {1, most_samples});
  const std::int64_t samples = table.integer("samples", {1, most_steps});
  const std::int64_t per_epoch = samples / (batch_per_worker * workers);
  if (per_epoch == 0) {
    table.fail("samples", fmt::format("fewer than one batch of {} on {} workers; write more",
                                      batch_per_worker, workers));
  }
  if (epochs > most_steps / per_epoch) {
    table.fail("epochs", fmt::format("{} steps each; write fewer, at most {} steps in all",
                                     per_epoch, most_steps));
  }
  return epochs * per_epoch;
}

// A value as one line, whatever file it came from; nothing for one that is not there.
std::string written(const Value* value) {
  if (value == nullptr) return "";
  if (const auto* array = std::get_if<Value::Array>(&value->data)) {
    std::string text;
    for (const Value& element : *array) text += written(&element) + ", ";
    return '[' + text + ']';
  }
  if (const auto* table = std::get_if<Value::Table>(&value->data)) {
    std::string text;
    for (const Entry& entry : *table) text += entry.key + " = " + written(&entry.value) + ", ";
    return '{' + text + '}';
  }
  // In full, unlike in a description.
  if (const auto* text = std::get_if<std::string>(&value->data)) return '\'' + *text + '\'';
  return value->description();
}

LabelledMethod read_labelled(TableReader& entry, const Value& table, Step steps) {
  Method method = read_method(entry, steps);
  const std::string label = entry.text("label", method.name);
  entry.finish();
  return {label, std::move(method), table, written(&table)};
}

std::vector<LabelledMethod> read_methods(TableReader& table, Step steps) {
  std::vector<LabelledMethod> methods;
  std::set<std::string> labels;
  std::vector<TableReader> entries = table.tables("method");
  if (entries.empty()) {
    fail_at(table.origin(), "the experiment has no method; write a [[method]] table with a name");
  }
  const auto& tables = std::get<Value::Array>(table.raw("method")->data);
  for (TableReader& entry : entries) {
    methods.push_back(read_labelled(entry, tables[methods.size()], steps));
    if (!labels.insert(methods.back().label).second) {
      entry.fail(entry.has("label") ? "label" : "name",
                 "two methods have this label; write another label");
    }
  }
  return methods;
}

std::vector<Run> read_runs(TableReader& table, Rank available, std::int64_t batch_per_worker) {
  std::vector<std::int64_t> counts{available};
  if (table.has("workers")) counts = table.integers("workers", {1, most_samples});
  constexpr std::size_t most_counts = 1000;
  if (counts.size() > most_counts) {
    table.fail("workers", fmt::format("write at most {} numbers of workers", most_counts));
  }
  std::vector<Run> runs;
  for (const Rank workers : counts) {
    if (workers > available) {
      table.fail("workers",
                 fmt::format("{} workers; the cluster has {}, write at most that or more "
                             "nodes",
                             workers, available));
    }
    const Step steps = read_steps(table, workers, batch_per_worker);
    runs.push_back({workers, steps, read_methods(table, steps)});
  }
  return runs;
}

void read_slow_workers(TableReader& compute, Rank most_workers, Spread& spread) {
  for (TableReader& slow : compute.tables("slow_workers")) {
    const Rank rank = slow.integer("rank", {0, most_workers - 1});
    const double factor = slow.number("factor", {.least = 0.01, .below = 1e6});
    slow.finish();
    if (!spread.slow_workers.emplace(rank, factor).second) {
      slow.fail("rank", "this rank is listed twice; write each once");
    }
  }
}

void read_compute(TableReader& table, Experiment& experiment) {
  auto compute = table.table("compute");
  if (!compute) return;
  if (compute->has("step_time")) {
    experiment.step_time = compute->quantity<Duration>("step_time", Sign::positive);
    experiment.step_time_origin = compute->origin_of("step_time");
  }
  experiment.data_time = compute->quantity<Duration>("data_time", Sign::not_negative, Duration());
  Spread& spread = experiment.spread;
  spread.jitter = compute->number("jitter", {.least = 0, .below = 10}, 0);
  constexpr double least_jitter =
      1e-6;  // below, 1 / jitter^2 leaves the range of doubles in the end
  if (spread.jitter > 0 && spread.jitter < least_jitter) {
    compute->fail("jitter", fmt::format("write 0, or at least {}", least_jitter));
  }
  Rank most_workers = 0;
  for (const Run& run : experiment.runs) most_workers = std::max(most_workers, run.workers);
  read_slow_workers(*compute, most_workers, spread);
  if (auto stalls = compute->table("stalls")) {
    spread.stalls.rate = stalls->quantity<Frequency>("rate", Sign::positive);
    spread.stalls.duration = stalls->quantity<Duration>("duration", Sign::positive);
    // A stall strikes busy time only, so pauses never breed pauses; yet a rate beyond 1/us is a
    // slip.
    if (spread.stalls.rate.count() > 1e6) {
      stalls->fail("rate", "above 1e6 a second; write at most \"1/us\"");
    }
    stalls->finish();
  }
  compute->finish();
}

std::optional<PublishedGain> read_published(TableReader& table, const Experiment& experiment) {
  auto published = table.table("published");
  if (!published) return std::nullopt;
  std::vector<std::string> labels;
  for (const LabelledMethod& method : experiment.runs.front().methods) {
    labels.push_back(method.label);
  }
  PublishedGain gain;
  gain.method = labels[published->choice("method", labels)];
  gain.against = labels[published->choice("against", labels)];
  gain.percent = published->number("percent", {.least = -100, .below = 100});
  gain.source = published->text("source");
  published->finish();
  return gain;
}

}  // namespace

LabelledMethod with_settings(const LabelledMethod& method, Step steps,
                             const std::vector<Setting>& settings) {
  Value table = method.table;
  auto& entries = std::get<Value::Table>(table.data);
  for (const Setting& setting : settings) {
    if (Value* value = find(entries, setting.key)) {
      *value = setting.value;
      continue;
    }
    const auto after = std::upper_bound(
        entries.begin(), entries.end(), setting.key,
        [](const std::string& key, const Entry& entry) { return key < entry.key; });
    entries.insert(after, {setting.key, setting.value.origin, setting.value});
  }
  TableReader entry(table, "[[method]]");
  return read_labelled(entry, table, steps);
}

Experiment load_experiment(const std::string& name, const std::vector<std::string>& overrides) {
  ExperimentDocuments documents = load_experiment_documents(name, overrides);
  drop_other_length(documents.experiment);
  TableReader table(documents.experiment, "the experiment");
  for (const char* read : {"cluster", "model"}) table.text(read);
  Experiment experiment{
      .name = table.text("name", documents.path.stem().string()),
      .files = std::move(documents.files),
      .cluster = read_topology(documents.cluster),
      .model_spec = read_model_spec(documents.model),
  };
  experiment.model_settings = written(&documents.model);
  experiment.model = unroll(experiment.model_spec);
  experiment.model_origin = table.origin_of("model");
  experiment.batch_per_worker = table.integer("batch_per_worker", {1, most_samples});
  experiment.micro_batches = table.integer("micro_batches", {1, experiment.batch_per_worker}, 1);
  if (experiment.batch_per_worker % experiment.micro_batches != 0) {
    table.fail("micro_batches", fmt::format("does not divide batch_per_worker = {}; write a "
                                            "divisor of it",
                                            experiment.batch_per_worker));
  }
  experiment.workers_origin = table.origin_of(table.has("workers") ? "workers" : "cluster");
  experiment.batch_origin = table.origin_of("batch_per_worker");
  experiment.steps_origin = table.origin_of(table.has("epochs") ? "epochs" : "steps");
  experiment.runs =
      read_runs(table, experiment.cluster.network.ranks(), experiment.batch_per_worker);
  experiment.precision =
      static_cast<Precision>(table.choice("precision", {"fp32", "tf32", "bf16", "fp16"}, 0));
  experiment.precision_origin = table.origin_of("precision");
  experiment.optimizer = static_cast<InnerOptimizer>(
      table.choice("optimizer", {"sgd", "momentum_sgd", "adamw"},
                   static_cast<std::size_t>(InnerOptimizer::momentum_sgd)));
  experiment.gradient_clipping = table.flag("gradient_clipping", false);
  experiment.seed = static_cast<Seed>(table.integer("seed", {.least = 0}, 0));
  experiment.seeds = static_cast<int>(table.integer("seeds", {1, 100'000}, 1));
  read_compute(table, experiment);
  experiment.training = read_training(table, experiment.optimizer, experiment.gradient_clipping);
  experiment.data_origin = table.origin_of("data");
  experiment.training_settings = written(table.raw("training")) + written(table.raw("data"));
  experiment.data = read_data(table, experiment.model, documents.path.parent_path());
  experiment.published = read_published(table, experiment);
  table.finish();
  return experiment;
}

}  // namespace palsim
