#include "experiments/inverse/inverse_command.hpp"

#include <fmt/format.h>

#include <iostream>

#include "experiments/command/progress.hpp"
#include "experiments/inverse/inverse_report.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr double usual_tolerance = 0.01;
constexpr double least_tolerance = 1e-9;

void require_one_question(const CommandValues& values) {
  const bool utilization = values.count("utilization") > 0;
  const bool break_even = values.count("break-even") > 0;
  require<InputError>(!utilization || !break_even,
                      "--break-even: --utilization is asked, too; write one of them");
  for (const char* option : {"solve", "tolerance"}) {
    require<InputError>(utilization || break_even || values.count(option) == 0,
                        "--{}: goes with --utilization or --break-even; write one of them, too",
                        option);
  }
}

}  // namespace

void add_inverse_options(po::options_description& options) {
  options.add_options()(
      "utilization", po::value<double>()->value_name("U"),
      "the smallest H of each method that keeps its workers in gradient steps for this share of "
      "the wall clock (0.95), or another number: --solve")(
      "break-even", po::value<std::string>()->value_name("LABEL,LABEL"),
      "where two methods take the same time: the bandwidth of the fabric, or another number: "
      "--solve")("solve", po::value<std::string>()->value_name("KEY"),
                 "with these two: which number is asked for, such as fabric.bandwidth, "
                 "fabric.latency, compute.step_time or workers")(
      "tolerance", po::value<double>()->value_name("SHARE"),
      "with these two: how far an answer may be off, relatively (0.01); whole numbers are exact");
}

bool asks_inverse(const CommandValues& values) {
  for (const char* option : {"utilization", "break-even", "solve", "tolerance"}) {
    if (values.count(option) > 0) return true;
  }
  return false;
}

void inverse_command(const std::string& experiment, const std::vector<std::string>& overrides,
                     const CommandValues& values) {
  require_one_question(values);
  const auto format = value_or<std::string>(values, "format", "table");
  const InverseSetting setting{
      .experiment = experiment,
      .overrides = overrides,
      .solve = value_or<std::string>(values, "solve", ""),
      .tolerance = value_or<double>(values, "tolerance", usual_tolerance),
  };
  require<InputError>(setting.tolerance >= least_tolerance && setting.tolerance <= 0.5,
                      "--tolerance {}: write a number from {} to 0.5, such as 0.01",
                      setting.tolerance, least_tolerance);
  InverseQuestion question{.experiment = experiment, .tolerance = setting.tolerance};
  std::vector<InverseAnswer> answers;
  std::string report;
  {
    ProgressBar bar;
    const auto told = [&](double share) { bar.advance(share); };
    if (values.count("utilization") > 0) {
      const double target = values["utilization"].as<double>();
      question.text = fmt::format("utilization of at least {:.6g} %", 100 * target);
      answers = utilization_answers(setting, target, told);
      report = format == "json" ? utilization_json(question, answers)
                                : printed(utilization_table(question, answers), format);
    } else {
      const auto labels = values["break-even"].as<std::string>();
      question.text = fmt::format("break-even of {}", labels);
      answers = break_even_answers(setting, labels, told);
      report = format == "json" ? break_even_json(question, answers)
                                : printed(break_even_table(question, answers), format);
    }
  }
  std::cout << report << std::flush;
}

}  // namespace palsim
