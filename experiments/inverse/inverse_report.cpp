#include "experiments/inverse/inverse_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/shell_word.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string percent(double utilization) { return fmt::format("{:.4f} %", 100 * utilization); }
std::string seconds(double seconds) { return fmt::format("{:.6g} s", seconds); }

std::string forward_command(const InverseQuestion& question, const InverseAnswer& answer) {
  std::string command = "palsim predict " + shell_word(question.experiment);
  for (const std::string& assignment : answer.check) command += " --set " + shell_word(assignment);
  return command;
}

// Remarks, each under the name of what it is about, then the commands.
TextReport notes(const InverseQuestion& question, const std::vector<InverseAnswer>& answers) {
  const bool several =
      std::any_of(answers.begin(), answers.end(), [&](const InverseAnswer& answer) {
        return answer.workers() != answers.front().workers() && answer.unknown != "workers";
      });
  std::vector<std::string> lines;
  const auto add = [&](const std::string& line) {
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
  };
  for (const InverseAnswer& answer : answers) {
    for (const std::string& remark : answer.remarks) {
      add(fmt::format("{}{}: {}", fmt::join(answer.labels, ","),
                      several ? fmt::format(" on {}", answer.workers()) : "", remark));
    }
  }
  for (const InverseAnswer& answer : answers) {
    if (answer.found) add(fmt::format("check: {}", forward_command(question, answer)));
  }
  TextReport report;
  for (const std::string& line : lines) report.emplace_back(Line{line});
  return report;
}

std::string title_of(const InverseQuestion& question, const std::vector<InverseAnswer>& answers) {
  const bool whole = std::all_of(answers.begin(), answers.end(),
                                 [](const InverseAnswer& answer) { return answer.is_whole; });
  return fmt::format(
      "{}: {}, {}", question.experiment, question.text,
      whole ? "whole numbers, exact" : fmt::format("within {:.6g} %", 100 * question.tolerance));
}

TextReport report_of(const InverseQuestion& question, const std::vector<InverseAnswer>& answers,
                     std::vector<TextRow> rows) {
  TextReport report{Line{title_of(question, answers)}, Table{std::move(rows)}};
  append(report, notes(question, answers));
  return report;
}

Json common_json(const InverseAnswer& answer) {
  Json json{{"label", fmt::format("{}", fmt::join(answer.labels, ","))},
            {"method", fmt::format("{}", fmt::join(answer.methods, ","))},
            {"workers", answer.workers()},
            {"unknown", answer.unknown.empty() ? Json() : Json(answer.unknown)},
            {"unit", answer.si_unit},
            {"value", answer.found ? Json(answer.found->value) : Json()},
            {"text", answer.found ? Json(answer.found->text) : Json()},
            {"meaning", answer.meaning}};
  return json;
}

template <class Figures>
std::string json_of(const InverseQuestion& question, const std::vector<InverseAnswer>& answers,
                    const std::string& name, const Figures& figures) {
  Json list = Json::array();
  for (const InverseAnswer& answer : answers) {
    Json json = common_json(answer);
    json[name] = figures(answer, answer.outcomes);
    json[name + "_beside"] = answer.beside ? figures(answer, *answer.beside) : Json();
    json["monotone"] = answer.monotone;
    json["remarks"] = answer.remarks;
    list.push_back(std::move(json));
  }
  const Json all{
      {"question", question.text}, {"tolerance", question.tolerance}, {"answers", std::move(list)}};
  return all.dump(2) + '\n';
}

}  // namespace

TextReport utilization_table(const InverseQuestion& question,
                             const std::vector<InverseAnswer>& answers) {
  std::vector<TextRow> rows{
      {"method", "workers", "unknown", "answer", "utilization", "just short"}};
  for (const InverseAnswer& answer : answers) {
    rows.push_back({answer.labels.front(), fmt::format("{}", answer.workers()),
                    answer.unknown.empty() ? "-" : answer.unknown,
                    answer.found ? answer.meaning + ' ' + answer.found->text : "none",
                    percent(answer.outcomes.front().utilization),
                    answer.beside ? percent(answer.beside->front().utilization) : "-"});
  }
  return report_of(question, answers, std::move(rows));
}

TextReport break_even_table(const InverseQuestion& question,
                            const std::vector<InverseAnswer>& answers) {
  const std::vector<std::string>& labels = answers.front().labels;
  std::vector<TextRow> rows{{"unknown", "workers", "answer", labels[0], labels[1], "meaning"}};
  for (const InverseAnswer& answer : answers) {
    rows.push_back({answer.unknown, fmt::format("{}", answer.workers()),
                    answer.found ? answer.found->text : "none",
                    seconds(answer.outcomes[0].wall_clock_s),
                    seconds(answer.outcomes[1].wall_clock_s), answer.meaning});
  }
  return report_of(question, answers, std::move(rows));
}

std::string utilization_json(const InverseQuestion& question,
                             const std::vector<InverseAnswer>& answers) {
  return json_of(question, answers, "utilization",
                 [](const InverseAnswer&, const std::vector<MethodFigures>& outcomes) {
                   return Json(outcomes.front().utilization);
                 });
}

std::string break_even_json(const InverseQuestion& question,
                            const std::vector<InverseAnswer>& answers) {
  return json_of(question, answers, "wall_clock_s",
                 [](const InverseAnswer& answer, const std::vector<MethodFigures>& outcomes) {
                   return Json{{answer.labels[0], outcomes[0].wall_clock_s},
                               {answer.labels[1], outcomes[1].wall_clock_s}};
                 });
}

}  // namespace palsim
