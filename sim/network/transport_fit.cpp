#include "sim/network/transport_fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/minima.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "sim/core/elementary.hpp"
#include "sim/core/error.hpp"
#include "sim/network/piecewise_line.hpp"

namespace palsim {
namespace {

// One measured size: what the model says of it, unfitted, and what was measured.
struct Point {
  double log_size;
  double latency_ns;
  double transfer_ns;
  double log_time;
};
using Points = std::vector<Point>;

// Logarithms of the factors on latencies and on transfer times.
struct LogFactors {
  double latency = 0;
  double transfer = 0;
};

struct LogFit {
  LogFactors factors;
  PiecewiseLine correction = {};  // of the logarithm of time, over that of size
};

enum class Base { prior, two_factors };

struct Form {
  Base base = Base::prior;
  std::size_t knots = 0;  // at most the number of sizes, which stands for all of them
};

double log_prediction(const Point& point, const LogFactors& factors) {
  return natural_log(point.latency_ns * natural_exp(factors.latency) +
                     point.transfer_ns * natural_exp(factors.transfer));
}

constexpr double huber_limit = 0.1;  // as a logarithm, so about 10 %

double huber(double error) {
  const double size = std::fabs(error);
  return size < huber_limit ? size * size / 2 : huber_limit * (size - huber_limit / 2);
}

// The number with the least sum of Huber losses to `values`, by weights that are adapted.
double huber_mean(const std::vector<double>& values) {
  double center =
      std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  constexpr int rounds = 50;
  for (int round = 0; round < rounds; ++round) {
    double sum = 0;
    double weights = 0;
    for (const double value : values) {
      const double weight = huber_limit / std::max(huber_limit, std::fabs(value - center));
      sum += weight * value;
      weights += weight;
    }
    const double moved = sum / weights;
    if (std::fabs(moved - center) < 1e-12) break;
    center = moved;
  }
  return center;
}

// The factors with transfers scaled by `log_ratio` more than latencies, and their loss.
struct ScaledFactors {
  LogFactors factors;
  double loss;
};

ScaledFactors scaled_factors(const Points& points, double log_ratio) {
  std::vector<double> lacking;
  lacking.reserve(points.size());
  for (const Point& point : points) {
    lacking.push_back(point.log_time - log_prediction(point, {.transfer = log_ratio}));
  }
  const double scale = huber_mean(lacking);
  double loss = 0;
  for (const double error : lacking) loss += huber(error - scale);
  constexpr double pull = 1e-5;  // to the model's own proportion, where nothing else decides
  return {{scale, scale + log_ratio},
          loss / static_cast<double>(points.size()) + pull * log_ratio * log_ratio};
}

LogFactors fit_factors(const Points& points) {
  // The loss may have several valleys: the lowest of a scan is the one that Brent's method enters.
  constexpr double step = 0.1;
  constexpr int most_steps = 60;  // a ratio of e^6, 400
  const auto loss_at = [&](double ratio) { return scaled_factors(points, ratio).loss; };
  double best = 0;
  double least = loss_at(best);
  for (int distance = 1; distance <= most_steps; ++distance) {
    for (const double ratio : {-distance * step, distance * step}) {
      const double loss = loss_at(ratio);
      if (loss < least) {
        least = loss;
        best = ratio;
      }
    }
  }
  constexpr int half_of_double = std::numeric_limits<double>::digits / 2;
  const auto [ratio, loss] =
      boost::math::tools::brent_find_minima(loss_at, best - step, best + step, half_of_double);
  return scaled_factors(points, loss < least ? ratio : best).factors;
}

// What is left of each time over the factors' prediction.
std::vector<Sample> residuals(const Points& points, const LogFactors& factors) {
  std::vector<Sample> left;
  left.reserve(points.size());
  for (const Point& point : points) {
    left.push_back({point.log_size, point.log_time - log_prediction(point, factors)});
  }
  return left;
}

constexpr std::size_t most_knots = 8;   // NCCL changes its way three or four times
constexpr std::size_t most_parts = 32;  // of a cross-validation

// A knot at every size: nothing is left.
PiecewiseLine line_through(const std::vector<Sample>& samples) {
  PiecewiseLine line;
  for (const Sample& sample : samples) line.push_back({sample.at, sample.value});
  return line;
}

// The fits of all forms to the same points.
std::vector<LogFit> fits_of(const std::vector<Form>& forms, const Points& points,
                            std::size_t all_sizes) {
  std::vector<LogFit> fits(forms.size());
  for (const Base base : {Base::prior, Base::two_factors}) {
    const LogFactors factors = base == Base::prior ? LogFactors() : fit_factors(points);
    const std::vector<Sample> left = residuals(points, factors);
    const std::vector<PiecewiseLine> lines = growing_lines(left, most_knots);
    for (std::size_t f = 0; f < forms.size(); ++f) {
      if (forms[f].base != base) continue;
      fits[f].factors = factors;
      if (forms[f].knots == all_sizes || forms[f].knots > lines.size()) {
        fits[f].correction = line_through(left);
      } else if (forms[f].knots > 0) {
        fits[f].correction = lines[forms[f].knots - 1];
      }
    }
  }
  return fits;
}

// The simpler ones first. A single knot is a factor on the whole, which two factors do better; one
// less than all is all.
std::vector<Form> forms_for(std::size_t sizes) {
  if (sizes < 3) return {{Base::two_factors, 0}};  // too few to choose by
  std::vector<std::size_t> knots{0};
  for (std::size_t k = 2; k <= most_knots && k + 2 <= sizes; ++k) knots.push_back(k);
  if (sizes <= most_parts) knots.push_back(sizes);
  std::vector<Form> forms;
  for (const std::size_t k : knots) {
    forms.push_back({Base::prior, k});
    forms.push_back({Base::two_factors, k});
  }
  return forms;
}

double log_prediction(const Point& point, const LogFit& fit) {
  return log_prediction(point, fit.factors) + value_at(fit.correction, point.log_size);
}

// By form and size: the error with that size held out.
std::vector<FractionalErrors> cross_validate(const std::vector<Form>& forms, const Points& points) {
  std::vector<FractionalErrors> errors(forms.size(), FractionalErrors(points.size()));
  const std::size_t parts = std::min(points.size(), most_parts);
  for (std::size_t part = 0; part < parts; ++part) {
    Points kept;
    for (std::size_t p = 0; p < points.size(); ++p) {
      if (p % parts != part) kept.push_back(points[p]);
    }
    const std::vector<LogFit> fits = fits_of(forms, kept, points.size());
    for (std::size_t f = 0; f < forms.size(); ++f) {
      for (std::size_t p = part; p < points.size(); p += parts) {
        errors[f][p] = natural_exp(log_prediction(points[p], fits[f]) - points[p].log_time) - 1;
      }
    }
  }
  return errors;
}

// A form with more to fit must predict clearly better: by a tenth, and by what a log's digits show.
std::size_t best_form(const std::vector<FractionalErrors>& held_out) {
  constexpr double clearly = 0.9;
  constexpr double digits = 0.0005;  // nccl-tests prints four: 99.99
  std::size_t best = 0;
  for (std::size_t f = 1; f < held_out.size(); ++f) {
    if (mean_error(held_out[f]) < clearly * mean_error(held_out[best]) - digits) best = f;
  }
  return best;
}

double six_digits(double number) {
  const std::string text = fmt::format("{:.6g}", number);
  double rounded = number;
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return rounded;
}

NcclFit nccl_fit_of(const LogFit& fit, const Points& points,
                    const std::vector<Measurement>& measurements) {
  NcclFit result{.latency_factor = six_digits(natural_exp(fit.factors.latency)),
                 .bandwidth_factor = six_digits(natural_exp(-fit.factors.transfer))};
  std::size_t p = 0;
  for (const Knot& knot : fit.correction) {
    while (points[p].log_size < knot.at) ++p;
    result.corrections.push_back({measurements[p].size, six_digits(natural_exp(knot.value))});
  }
  return result;
}

Duration time_of(const MeasuredCollective& measured, const NcclFit& fit, Bytes size) {
  NcclSetting setting = measured.setting;
  setting.fit = fit;
  return nccl_fastest(setting, measured.collective, measured.algorithm, measured.protocol, size)
      .time;
}

Points points_of(const MeasuredCollective& measured, const std::vector<Measurement>& measurements) {
  NcclSetting setting = measured.setting;
  setting.fit = {};
  Points points;
  for (const auto& [size, time] : measurements) {
    const NcclChoice choice =
        nccl_fastest(setting, measured.collective, measured.algorithm, measured.protocol, size);
    const Duration latency =
        nccl_latency(setting, measured.collective, choice.algorithm, choice.protocol);
    points.push_back({.log_size = natural_log(static_cast<double>(size.count())),
                      .latency_ns = static_cast<double>(latency.count_ns()),
                      .transfer_ns = static_cast<double>((choice.time - latency).count_ns()),
                      .log_time = natural_log(static_cast<double>(time.count_ns()))});
  }
  return points;
}

FractionalErrors errors_of(const MeasuredCollective& measured, const NcclFit& fit,
                           const std::vector<Measurement>& measurements) {
  FractionalErrors errors;
  for (const auto& [size, time] : measurements) {
    errors.push_back(time_of(measured, fit, size) / time - 1);
  }
  return errors;
}

void require_fit_for(const std::vector<Measurement>& measurements) {
  require(measurements.size() >= 2, "a fit to {} sizes", measurements.size());
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    const auto& [size, time] = measurements[i];
    require(time > Duration(), "a fit to a time of {} ns", time.count_ns());
    require(size > (i == 0 ? Bytes(0) : measurements[i - 1].size), "sizes that do not ascend");
  }
}

}  // namespace

double mean_error(const FractionalErrors& errors) {
  double sum = 0;
  for (const double error : errors) sum += std::fabs(error);
  return sum / static_cast<double>(errors.size());
}

double worst_error(const FractionalErrors& errors) {
  double worst = 0;
  for (const double error : errors) worst = std::max(worst, std::fabs(error));
  return worst;
}

TransportFit fit_transport(const MeasuredCollective& measured,
                           const std::vector<Measurement>& measurements) {
  require_fit_for(measurements);
  const Points points = points_of(measured, measurements);
  const std::vector<Form> forms = forms_for(points.size());
  std::vector<FractionalErrors> held_out = cross_validate(forms, points);
  const std::size_t chosen = best_form(held_out);
  const LogFit fit = fits_of({forms[chosen]}, points, points.size()).front();

  TransportFit result{.fit = nccl_fit_of(fit, points, measurements),
                      .held_out_error = std::move(held_out[chosen])};
  for (const Measurement& measurement : measurements) {
    result.fitted.push_back(time_of(measured, result.fit, measurement.size));
  }
  const NcclFit two_factors = nccl_fit_of({fit_factors(points)}, points, measurements);
  result.error = errors_of(measured, result.fit, measurements);
  result.prior_error = errors_of(measured, {}, measurements);
  result.two_factor_error = errors_of(measured, two_factors, measurements);
  return result;
}

}  // namespace palsim
