#include "experiments/calibrate/calibration_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/command/json_csv.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

// As nccl-tests prints them: four digits, and all that stand before the point.
std::string microseconds(Duration time) {
  const double count = time.in_seconds() * 1e6;
  return count < 999.95 ? fmt::format("{:#.4g}", count) : fmt::format("{:.0f}", count);
}

std::string signed_percent(double error) { return fmt::format("{:+.1f}", 100 * error); }

TextRow error_row(const char* name, const FractionalErrors& errors) {
  return {name, fmt::format("{:.1f}", 100 * mean_error(errors)),
          fmt::format("{:.1f}", 100 * worst_error(errors))};
}

std::string title_of(const NetworkCalibration& calibration) {
  const CollectiveLog& log = calibration.log;
  std::string title =
      fmt::format("{}: {} over {} ranks, on {}", log.source, name_of(log.facts.collective),
                  calibration.workers, calibration.fitted.name);
  if (calibration.nodes > 1) title += fmt::format(" ({} nodes)", calibration.nodes);
  if (!log.facts.nccl_version.empty()) title += fmt::format(", NCCL {}", log.facts.nccl_version);
  return title;
}

Json errors_of(const FractionalErrors& errors) {
  return {{"mean", mean_error(errors)}, {"worst", worst_error(errors)}};
}

Json fit_object(const NcclFit& fit) {
  Json corrections = Json::array();
  for (const Correction& correction : fit.corrections) {
    corrections.push_back({{"size_bytes", correction.size.count()}, {"factor", correction.factor}});
  }
  return {{"latency_factor", fit.latency_factor},
          {"bandwidth_factor", fit.bandwidth_factor},
          {"corrections", std::move(corrections)}};
}

Json size_object(const NetworkCalibration& calibration, std::size_t at) {
  const Measurement& measurement = calibration.log.measurements[at];
  const TransportFit& fit = calibration.fit;
  return {{"size_bytes", measurement.size.count()},   {"measured_s", measurement.time.in_seconds()},
          {"fitted_s", fit.fitted[at].in_seconds()},  {"error", fit.error[at]},
          {"held_out_error", fit.held_out_error[at]}, {"prior_error", fit.prior_error[at]}};
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

TextReport table_report(const NetworkCalibration& calibration) {
  const TransportFit& fit = calibration.fit;
  std::vector<TextRow> sizes{
      {"size (B)", "measured (us)", "fitted (us)", "error %", "held out %", "unfitted %"}};
  for (std::size_t i = 0; i < fit.fitted.size(); ++i) {
    const Measurement& measurement = calibration.log.measurements[i];
    sizes.push_back({fmt::format("{}", measurement.size.count()), microseconds(measurement.time),
                     microseconds(fit.fitted[i]), signed_percent(fit.error[i]),
                     signed_percent(fit.held_out_error[i]), signed_percent(fit.prior_error[i])});
  }
  std::vector<TextRow> errors{{"error", "mean %", "worst %"},
                              error_row("unfitted", fit.prior_error),
                              error_row("two factors", fit.two_factor_error),
                              error_row("fitted", fit.error),
                              error_row("held out", fit.held_out_error)};
  return {Line{title_of(calibration)},
          Table{.rows = std::move(sizes), .names = 0},
          Line{""},
          Table{std::move(errors)},
          Line{"held out: the fit's form was chosen by these errors"},
          Line{fmt::format("fitted: {}", fit_in_words(fit.fit))}};
}

// Text that is not UTF-8 is shown with replacement characters.
std::string json_report(const NetworkCalibration& calibration) {
  const CollectiveLog& log = calibration.log;
  const TransportFit& fit = calibration.fit;
  Json sizes = Json::array();
  for (std::size_t i = 0; i < fit.fitted.size(); ++i) sizes.push_back(size_object(calibration, i));
  const Json object{{"log", log.source},
                    {"cluster", calibration.fitted.name},
                    {"collective", name_of(log.facts.collective)},
                    {"workers", calibration.workers},
                    {"nodes", calibration.nodes},
                    {"nccl_version", text_or_null(log.facts.nccl_version)},
                    {"date", text_or_null(log.facts.date)},
                    {"fit", fit_object(fit.fit)},
                    {"errors",
                     {{"unfitted", errors_of(fit.prior_error)},
                      {"two_factors", errors_of(fit.two_factor_error)},
                      {"fitted", errors_of(fit.error)},
                      {"held_out", errors_of(fit.held_out_error)}}},
                    {"sizes", std::move(sizes)}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string csv_report(const NetworkCalibration& calibration) {
  std::vector<Json> sizes;
  for (std::size_t i = 0; i < calibration.fit.fitted.size(); ++i) {
    sizes.push_back(size_object(calibration, i));
  }
  return json_csv(sizes);
}

}  // namespace palsim
