#include "experiments/validation/tcp_namespaces/comparison.hpp"

#include <fmt/format.h>

#include <array>

#include "experiments/command/csv_table.hpp"
#include "experiments/command/text_table.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

struct TimesColumn {
  const char* name;
  double RunTimes::*figure;
};
constexpr std::array times_columns{TimesColumn{"wall_clock_s", &RunTimes::wall_clock_s},
                                   TimesColumn{"compute_s", &RunTimes::compute_s},
                                   TimesColumn{"communication_s", &RunTimes::communication_s},
                                   TimesColumn{"waiting_s", &RunTimes::waiting_s},
                                   TimesColumn{"bytes_sent", &RunTimes::bytes_sent}};

std::vector<std::string> columns() {
  std::vector<std::string> names{"link", "hosts", "method", "steps", "repeats"};
  for (const char* kind : {"predicted", "measured"}) {
    for (const TimesColumn& column : times_columns) {
      names.push_back(fmt::format("{}_{}", kind, column.name));
    }
  }
  names.insert(names.end(), {"error", "spread"});
  return names;
}

}  // namespace

std::string csv_header() { return fmt::format("{}\n", fmt::join(columns(), ",")); }

std::string csv_row(const Comparison& row) {
  std::string text = fmt::format("{},{},{},{},{}", csv_field(row.link), row.hosts,
                                 csv_field(row.method), row.steps, row.repeats);
  for (const RunTimes* times : {&row.predicted, &row.measured}) {
    for (const TimesColumn& column : times_columns) {
      text += fmt::format(",{:.10g}", times->*column.figure);
    }
  }
  return text + fmt::format(",{:.4f},{:.4f}\n", row.error(), row.spread);
}

std::vector<Comparison> load_comparisons(const std::string& path) {
  const CsvTable table = load_csv(path, columns());
  require<InputError>(table.rows() > 0, "{}: no rows", path);
  std::vector<Comparison> comparisons;
  for (std::size_t at = 0; at < table.rows(); ++at) {
    Comparison row{.link = table.text(at, "link"),
                   .hosts = table.integer(at, "hosts", 2),
                   .method = table.text(at, "method"),
                   .steps = table.integer(at, "steps", 1),
                   .repeats = static_cast<int>(table.integer(at, "repeats", 1)),
                   .spread = table.number(at, "spread", 0)};
    for (const TimesColumn& column : times_columns) {
      row.predicted.*column.figure = table.number(at, fmt::format("predicted_{}", column.name), 0);
      row.measured.*column.figure = table.number(at, fmt::format("measured_{}", column.name), 0);
    }
    comparisons.push_back(std::move(row));
  }
  return comparisons;
}

// Times as "predicted / measured".
std::string comparison_table(const std::vector<Comparison>& comparisons) {
  std::vector<TextRow> rows{{"link", "method", "hosts", "steps", "wall clock (s)", "error",
                             "spread", "compute (s)", "comm (s)", "waiting (s)", "sent (MB)"}};
  std::vector<double> errors;
  for (const Comparison& row : comparisons) {
    const auto both = [&](double RunTimes::*figure, double unit) {
      return fmt::format("{:.3f} / {:.3f}", row.predicted.*figure / unit,
                         row.measured.*figure / unit);
    };
    const bool same_network = &row != &comparisons.front() &&
                              ((&row)[-1].link == row.link && (&row)[-1].hosts == row.hosts);
    if (!same_network && rows.size() > 1) rows.emplace_back();
    rows.push_back({row.link, row.method, fmt::format("{}", row.hosts),
                    fmt::format("{}", row.steps), both(&RunTimes::wall_clock_s, 1),
                    fmt::format("{:+.1f} %", 100 * row.error()),
                    fmt::format("{:.1f} %", 100 * row.spread), both(&RunTimes::compute_s, 1),
                    both(&RunTimes::communication_s, 1), both(&RunTimes::waiting_s, 1),
                    both(&RunTimes::bytes_sent, 1e6)});
    errors.push_back(100 * row.error());
  }
  const AbsoluteErrors absolute = absolute_errors(errors);
  return text_table({.rows = rows, .names = 2}) +
         fmt::format(
             "Wall clock, predicted / measured: mean error {:.1f} %, "
             "worst {:.1f} %\n",
             absolute.mean, absolute.worst);
}

}  // namespace palsim
