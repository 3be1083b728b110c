#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "experiments/choose/choice.hpp"
#include "experiments/command/clock_unit.hpp"
#include "experiments/command/signed_percent.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

bool has_losses(const Choice& choice) { return !choice.losses.empty(); }

std::string clock(double seconds, const ClockUnit& unit) {
  return std::isfinite(seconds) ? four_digits(seconds / unit.seconds) : "never";
}

std::string loss_text(double loss) {
  return std::isfinite(loss) ? fmt::format("{:.4g}", loss) : "-";
}

// H and p, or "-" where the method has none.
TextRow names_of(const Candidate& candidate) {
  const Method& method = candidate.method.method;
  return {candidate.method.label,
          method.sync_interval ? fmt::format("{}", *method.sync_interval) : "-",
          method.mix_probability ? fmt::format("{}", *method.mix_probability) : "-",
          fmt::format("{}", candidate.workers)};
}

ClockUnit unit_of(const Choice& choice) {
  double longest = 0;
  for (const Outcome& outcome : choice.outcomes) {
    if (std::isfinite(outcome.time_s.p50)) longest = std::max(longest, outcome.time_s.p50);
  }
  return clock_unit_for(longest);
}

std::string remark_on(const Outcome& outcome) {
  if (!outcome.timed.fits()) return "does not fit";
  if (never_meets(outcome)) return "never meets";
  if (outcome.losses.beyond) return "beyond the curves";
  if (outcome.reached == 0) return "never";
  if (std::isinf(outcome.loss.p50)) return "no loss";
  if (outcome.reached < 1) return fmt::format("{:.0f} % of runs", 100 * outcome.reached);
  return "";
}

// The first one, if any answers the question.
std::optional<std::size_t> best_row(const Choice& choice) {
  return choice.found() && choice.outcomes.size() > 1 ? std::optional<std::size_t>(1)
                                                      : std::nullopt;
}

Table ranking_of(const Choice& choice) {
  const ClockUnit unit = unit_of(choice);
  const bool by_loss = std::holds_alternative<TimeBudget>(choice.question);
  TextRow header{"method", "H", "p", "workers", "steps", fmt::format("time ({})", unit.name)};
  if (!by_loss) header.push_back(fmt::format("p5 - p95 ({})", unit.name));
  if (has_losses(choice)) header.emplace_back("loss");
  if (by_loss) header.emplace_back("p5 - p95");
  for (const char* name : {"comm", "waiting", "util", "sent", "memory", ""}) {
    header.emplace_back(name);
  }
  std::vector<TextRow> rows{header};
  for (const Outcome& outcome : choice.outcomes) {
    const auto share = [&](double seconds) {
      const double total = outcome.total_s();
      return fmt::format("{:.1f} %", total > 0 ? 100 * seconds / total : 0);
    };
    TextRow row = names_of(outcome.timed.candidate);
    row.push_back(std::isfinite(outcome.steps.p50) ? fmt::format("{:.0f}", outcome.steps.p50)
                                                   : "-");
    row.push_back(clock(outcome.time_s.p50, unit));
    const Percentiles& time = outcome.time_s;
    if (!by_loss) {
      row.push_back(fmt::format("{} - {}", clock(time.p5, unit), clock(time.p95, unit)));
    }
    if (has_losses(choice)) row.push_back(loss_text(outcome.loss.p50));
    if (by_loss) {
      row.push_back(
          fmt::format("{} - {}", loss_text(outcome.loss.p5), loss_text(outcome.loss.p95)));
    }
    row.insert(row.end(),
               {share(outcome.spent.communication_s), share(outcome.spent.waiting_s),
                fmt::format("{:.1f} %", 100 * outcome.utilization()),
                bytes_to_string(outcome.spent.bytes_sent),
                to_string(outcome.timed.prediction.memory_per_worker), remark_on(outcome)});
    rows.push_back(std::move(row));
  }
  const bool remarked = std::any_of(rows.begin() + 1, rows.end(),
                                    [](const TextRow& row) { return !row.back().empty(); });
  for (TextRow& row : rows) {
    if (!remarked) row.pop_back();
  }
  return {.rows = std::move(rows), .best = best_row(choice)};
}

// Where the time of the first 8 goes, until their answers.
Table split_of(const Choice& choice) {
  constexpr std::size_t most = 8;
  Table table{.rows = {{"time", "H", "p", "workers"}}};
  for (const Outcome& outcome : choice.outcomes) {
    if (table.splits.size() == most) break;
    const Tally& spent = outcome.spent;
    table.rows.push_back(names_of(outcome.timed.candidate));
    table.splits.push_back({.compute_s = outcome.compute_s() - spent.mix_s,
                            .mix_s = spent.mix_s,
                            .communication_s = spent.communication_s,
                            .waiting_s = spent.waiting_s});
  }
  return table;
}

// At most 8 points of it: the first below losses that lie evenly apart.
TextReport front_of(const Choice& choice) {
  constexpr std::size_t most = 8;
  const std::size_t points = choice.pareto.size();
  if (points == 0) return {};
  std::vector<TextRow> rows{{"Pareto front", "H", "p", "workers", "time", "loss"}};
  const double first = choice.pareto.front().loss;
  const double last = choice.pareto.back().loss;
  std::size_t at = 0;
  for (std::size_t n = 0; n < most && at < points; ++n, ++at) {
    const double level = std::lerp(first, last, static_cast<double>(n) / (most - 1));
    while (at + 1 < points && choice.pareto[at].loss > level) ++at;
    const ParetoPoint& point = choice.pareto[at];
    TextRow row = names_of(choice.outcomes[point.candidate].timed.candidate);
    row.insert(row.end(), {to_string(Duration::seconds(point.time_s)), loss_text(point.loss)});
    rows.push_back(std::move(row));
  }
  return {Line{""}, Table{std::move(rows)}};
}

TextReport sensitivity_of(const Choice& choice) {
  if (choice.sensitivity.empty()) return {};
  const bool by_loss = std::holds_alternative<TimeBudget>(choice.question);
  std::vector<TextRow> rows{{"with", by_loss ? "loss" : "time", "the choice would be"}};
  for (const Variation& variation : choice.sensitivity) {
    rows.push_back({fmt::format("{:+.0f} % {}", 100 * (variation.factor - 1), variation.quantity),
                    std::isfinite(variation.change) ? signed_percent(variation.change) : "never",
                    variation.same_choice ? "the same" : name_of(variation.best)});
  }
  return {Line{""}, Table{std::move(rows)}};
}

// A paragraph for each doubt, with the candidates whose losses it is about.
TextReport doubts_of(const Choice& choice) {
  std::vector<std::pair<std::string, std::vector<std::string>>> doubts;
  for (const Outcome& outcome : choice.outcomes) {
    for (const std::string& doubt : outcome.losses.doubts) {
      auto known = std::find_if(doubts.begin(), doubts.end(),
                                [&](const auto& each) { return each.first == doubt; });
      if (known == doubts.end()) known = doubts.insert(known, {doubt, {}});
      known->second.push_back(name_of(outcome.timed.candidate));
    }
  }
  TextReport report;
  for (const auto& [doubt, names] : doubts) {
    const bool all = names.size() == choice.outcomes.size();
    if (report.empty()) report.emplace_back(Line{""});
    report.emplace_back(
        Paragraph{all ? fmt::format("all losses: {}", doubt)
                      : fmt::format("losses of {}: {}", fmt::join(names, "; "), doubt)});
  }
  return report;
}

}  // namespace

TextReport table_report(const Choice& choice) {
  const std::string losses =
      has_losses(choice) ? ", with " + choice.losses : "; quality is not in it";
  TextReport report{Line{fmt::format("{}: {} on {}: {}{}", choice.experiment, choice.model,
                                     choice.cluster, to_string(choice.question), losses)},
                    ranking_of(choice), Line{""}, split_of(choice)};
  append(report, front_of(choice));
  append(report, sensitivity_of(choice));
  append(report, doubts_of(choice));
  append(report, {Line{""}, Paragraph{verdict(choice)}});
  return report;
}

}  // namespace palsim
