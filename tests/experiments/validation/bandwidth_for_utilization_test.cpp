#include "experiments/validation/bandwidth_for_utilization.hpp"

#include <cmath>

#include "sim/core/error.hpp"
#include "tests/experiments/validation/committed.hpp"

using namespace palsim;

namespace {

const std::string name = "bandwidth_for_utilization";

const Validation& rows() {
  static const Validation all = validate_bandwidth_for_utilization(validation_folder(name));
  return all;
}

bool is_diloco(const ValidationRow& row) {
  return cell<std::string>(rows(), row, "method") == "DiLoCo";
}
double target(const ValidationRow& row) {
  return static_cast<double>(cell<std::int64_t>(rows(), row, "utilization_percent")) / 100;
}
double found(const ValidationRow& row) { return cell<double>(rows(), row, "predicted_gbit_per_s"); }

}  // namespace

TEST_CASE("bandwidth_for_utilization predicts the rows that are committed") {
  CHECK(validation_csv(rows()) == committed_rows(name));
}

TEST_CASE("the paper's grid has its steps and its points") {
  CHECK(grid_gbit_per_s(0) == doctest::Approx(0.1));
  CHECK(grid_gbit_per_s(49) == doctest::Approx(1000));
  CHECK(grid_gbit_per_s(11) / grid_gbit_per_s(10) == doctest::Approx(1.207).epsilon(1e-3));
  for (const double published : {1.4, 6.2, 13.3, 23.3, 86.8, 152.6, 184.2, 222.3, 569.0}) {
    const double exact = grid_gbit_per_s(nearest_grid_point(published));
    CHECK(std::abs(exact - published) < 0.06);  // printed to a tenth, some cut off
  }
  for (std::int64_t point = 0; point < 50; ++point) {
    const double at = grid_gbit_per_s(point);
    CHECK(grid_point_at_least(at) == point);
    CHECK(grid_point_at_least(at * 1.001) == point + 1);
    CHECK(grid_point_at_least(at * 0.999) == point);
  }
}

TEST_CASE("at the bandwidth found the utilization is the one wanted, and below it is not") {
  const auto experiment = validation_folder(name) / "experiment.toml";
  for (const ValidationRow& row : rows().rows) {
    const std::string method = is_diloco(row) ? "diloco" : "ddp";
    CHECK(utilization_at(experiment, method, found(row)) ==
          doctest::Approx(target(row)).epsilon(1e-6));
    CHECK(utilization_at(experiment, method, 0.99 * found(row)) < target(row));
  }
}

TEST_CASE("DiLoCo needs what a blocking exchange of 16 Gbit every 10 s of compute needs") {
  for (const ValidationRow& row : rows().rows) {
    if (!is_diloco(row)) continue;
    CHECK(found(row) == doctest::Approx(16 / (10 / target(row) - 10)).epsilon(1e-4));
  }
}

TEST_CASE("data-parallel training needs what 25 buckets under two thirds of a step need") {
  // A bucket is 0.64 Gbit and ready every 1/25 of the backward pass. A wire that is busy all the
  // time ends 16 Gbit after the first is ready; one that waits for each, 0.64 Gbit after the last.
  const double backward_s = 0.1 * 2 / 3;
  for (const ValidationRow& row : rows().rows) {
    if (is_diloco(row)) continue;
    const double over_s = 0.1 / target(row) - 0.1;  // the step's end after the backward pass's
    const double always_busy = 16 / (over_s + backward_s * 24 / 25);
    const double waiting = 0.64 / over_s;
    CHECK(found(row) == doctest::Approx(std::max(always_busy, waiting)).epsilon(1e-4));
  }
}

TEST_CASE("a row is so many grid points off as its points on the grid are apart") {
  for (const ValidationRow& row : rows().rows) {
    const double on_grid = cell<double>(rows(), row, "predicted_grid_gbit_per_s");
    CHECK(on_grid >= found(row) * (1 - 1e-12));
    CHECK(on_grid < found(row) * 1.2069);
    const double steps = std::log(on_grid / *row.measured) / std::log(1e4) * 49;
    CHECK(cell<std::int64_t>(rows(), row, "grid_points_off") == std::llround(steps));
  }
}

TEST_CASE("a method that the experiment does not have is refused by name") {
  CHECK_THROWS_WITH_AS(
      utilization_at(validation_folder("bandwidth_for_utilization") / "experiment.toml",
                     "local_sgd", 1),
      doctest::Contains("there is no method 'local_sgd'"), InputError);
}
