#include "experiments/theory/theory_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/counted.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

const char* caveat =
    "ratios of upper bounds, not of runs: O() with its constants left out, DDP's by the same "
    "theorem";

// Four digits, also where the last are zeros.
std::string four_digits(double number) {
  return number < 999.95 ? fmt::format("{:#.4g}", number) : fmt::format("{:.4g}", number);
}

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

template <class Number>
std::string or_dash(const std::optional<Number>& number) {
  return number ? fmt::format("{}", *number) : "-";
}

TextRow row_of(const TheoryCell& cell) {
  TextRow row{cell.label, or_dash(cell.sync_interval), or_dash(cell.mix_probability),
              fmt::format("{}", cell.workers)};
  if (!cell.bounded) {
    row.insert(row.end(), {"left out", "-", "-", "-", "-", "-", "-"});
    return row;
  }
  const BoundShares& shares = cell.bounded->bound.shares;
  row.insert(row.end(), {four_digits(cell.bounded->steps_over_ddp), percent(shares.noise),
                         percent(shares.noise_drift), percent(shares.data_drift),
                         percent(shares.deterministic), percent(shares.momentum),
                         text_of(cell.bounded->theorem).name});
  return row;
}

std::vector<Theorem> theorems_of(const TheoryResult& result) {
  std::vector<Theorem> used;
  for (const Theorem theorem : {Theorem::local_sgd, Theorem::slowmo}) {
    const bool is_used =
        std::any_of(result.cells.begin(), result.cells.end(), [&](const TheoryCell& cell) {
          return cell.bounded.has_value() && cell.bounded->theorem == theorem;
        });
    if (is_used) used.push_back(theorem);
  }
  return used;
}

// One line for each label that was left out, whatever the number of workers.
std::vector<std::string> left_out_lines(const TheoryResult& result) {
  std::vector<std::string> lines;
  for (const TheoryCell& cell : result.cells) {
    if (cell.bounded) continue;
    std::string line = fmt::format("{}: {}", cell.label, cell.left_out);
    const bool is_new = std::find(lines.begin(), lines.end(), line) == lines.end();
    if (is_new) lines.push_back(std::move(line));
  }
  return lines;
}

std::string constants_line(const ProblemConstants& problem) {
  return fmt::format(
      "constants: L = {:.4g}, sigma^2 = {:.4g}, zeta^2 = {:.4g}, F0 = {:.4g}, eps = "
      "{:.4g}",
      problem.smoothness, problem.gradient_noise, problem.heterogeneity, problem.initial_gap,
      problem.accuracy);
}

std::string estimate_line(const ConstantsEstimate& estimate) {
  const GradientStatistics& found = estimate.statistics;
  const std::string workers =
      found.workers_seen == estimate.workers
          ? counted(estimate.workers, "worker")
          : fmt::format("{} of {} workers", found.workers_seen, estimate.workers);
  std::string line = fmt::format(
      "estimated on {}: {}, {} batches of {} each, {} points one step of gradient descent apart "
      "(learning rate {}), seed {}; L is the largest between two points (median {:.4g}), sigma^2 "
      "and zeta^2 are means over the points, zeta^2 less what sampling explains, F0 is the first "
      "loss",
      estimate.experiment, workers, estimate.probe.batches,
      counted(estimate.batch_per_worker, "sample"), estimate.probe.points, estimate.learning_rate,
      estimate.seed, found.median_smoothness);
  if (!estimate.given.empty()) line += fmt::format("; given: {}", fmt::join(estimate.given, ", "));
  return line;
}

Json cell_json(const TheoryCell& cell) {
  Json json{{"label", cell.label}, {"method", cell.method}};
  json["sync_interval"] = cell.sync_interval ? Json(*cell.sync_interval) : Json();
  json["mix_probability"] = cell.mix_probability ? Json(*cell.mix_probability) : Json();
  json["workers"] = cell.workers;
  if (!cell.bounded) {
    json.update(Json{{"bound", nullptr},
                     {"steps_over_ddp", nullptr},
                     {"steps_order", nullptr},
                     {"shares", nullptr},
                     {"left_out", cell.left_out}});
    return json;
  }
  const BoundShares& shares = cell.bounded->bound.shares;
  json.update(Json{{"bound", text_of(cell.bounded->theorem).key},
                   {"steps_over_ddp", cell.bounded->steps_over_ddp},
                   {"steps_order", cell.bounded->bound.steps},
                   {"shares",
                    {{"noise", shares.noise},
                     {"noise_drift", shares.noise_drift},
                     {"data_drift", shares.data_drift},
                     {"deterministic", shares.deterministic},
                     {"momentum", shares.momentum}}},
                   {"left_out", nullptr}});
  return json;
}

Json estimate_json(const ConstantsEstimate& estimate) {
  const GradientStatistics& found = estimate.statistics;
  return {{"experiment", estimate.experiment},
          {"workers", estimate.workers},
          {"workers_seen", found.workers_seen},
          {"batches", estimate.probe.batches},
          {"batch_per_worker", estimate.batch_per_worker},
          {"points", estimate.probe.points},
          {"learning_rate", estimate.learning_rate},
          {"seed", estimate.seed},
          {"loss", found.loss},
          {"squared_gradient", found.squared_gradient},
          {"gradient_noise", found.noise},
          {"heterogeneity", found.heterogeneity},
          {"smoothness", found.smoothness},
          {"median_smoothness", found.median_smoothness},
          {"given", estimate.given}};
}

}  // namespace

TextReport theory_table(const TheoryResult& result) {
  std::vector<TextRow> rows{{"method", "H", "p", "workers", "steps / DDP", "noise", "noise drift",
                             "data drift", "deterministic", "momentum", "bound"}};
  for (const TheoryCell& cell : result.cells) rows.push_back(row_of(cell));
  TextReport report{Line{fmt::format("{}: {}", result.experiment, caveat)}, Table{std::move(rows)}};
  const auto add = [&](std::string text) { report.emplace_back(Paragraph{std::move(text)}); };
  for (const std::string& line : left_out_lines(result)) add(line);
  report.emplace_back(Line{constants_line(result.problem)});
  if (result.estimate) add(estimate_line(*result.estimate));
  for (const Theorem theorem : theorems_of(result)) {
    const TheoremText source = text_of(theorem);
    add(fmt::format("{} {}: {}", source.name, source.source, source.statement));
  }
  add("assumed:");
  for (const std::string& assumed : result.assumptions) add(fmt::format("- {}", assumed));
  return report;
}

std::string theory_json(const TheoryResult& result) {
  const ProblemConstants& problem = result.problem;
  Json json{{"experiment", result.experiment},
            {"caveat", caveat},
            {"constants",
             {{"smoothness", problem.smoothness},
              {"gradient_noise", problem.gradient_noise},
              {"heterogeneity", problem.heterogeneity},
              {"initial_gap", problem.initial_gap},
              {"accuracy", problem.accuracy}}}};
  json["estimate"] = result.estimate ? estimate_json(*result.estimate) : Json();
  json["cells"] = Json::array();
  for (const TheoryCell& cell : result.cells) json["cells"].push_back(cell_json(cell));
  json["bounds"] = Json::array();
  for (const Theorem theorem : theorems_of(result)) {
    const TheoremText source = text_of(theorem);
    json["bounds"].push_back(
        {{"bound", source.key}, {"source", source.source}, {"statement", source.statement}});
  }
  json["assumptions"] = result.assumptions;
  return json.dump(2) + '\n';
}

}  // namespace palsim
