#include "experiments/validation/t4_gpt2.hpp"

#include <map>
#include <tuple>

#include "tests/experiments/validation/committed.hpp"

using namespace palsim;

namespace {

const Validation& rows() {
  static const Validation all = validate_t4_gpt2(validation_folder("t4_gpt2"));
  return all;
}

std::string model_of(const ValidationRow& row) { return cell<std::string>(rows(), row, "model"); }
std::string joined_by(const ValidationRow& row) {
  return cell<std::string>(rows(), row, "interconnect");
}
std::int64_t batch_of(const ValidationRow& row) {
  return cell<std::int64_t>(rows(), row, "batch_per_gpu");
}
double one_gpu(const ValidationRow& row) {
  return cell<double>(rows(), row, "one_gpu_tokens_per_s");
}

// By which a step is longer than on one GPU.
double exchange_s(const ValidationRow& row) {
  const double tokens = 256. * static_cast<double>(batch_of(row));
  return 4 * tokens / row.predicted - tokens / one_gpu(row);
}

const std::map<std::string, double> parameters{
    {"GPT-2 Small", 124'439'808}, {"GPT-2 Medium", 354'823'168}, {"T5-base", 222'903'552}};

}  // namespace

TEST_CASE("t4_gpt2 predicts the rows that are committed") {
  CHECK(validation_csv(rows()) == committed_rows("t4_gpt2"));
}

TEST_CASE("the rows that the T4 were calibrated on come out as measured, and only they are known") {
  int known = 0;
  for (const ValidationRow& row : rows().rows) {
    if (!row.measured) continue;
    CHECK(row.predicted == doctest::Approx(*row.measured).epsilon(1e-6));
    CHECK(model_of(row) == "GPT-2 Medium");
    CHECK(batch_of(row) == 4);
    ++known;
  }
  CHECK(known == 2);
}

TEST_CASE("every model and batch of one T4 is predicted over both interconnects") {
  std::map<std::tuple<std::string, std::string>, int> batches;
  for (const ValidationRow& row : rows().rows) ++batches[{model_of(row), joined_by(row)}];
  for (const char* joined : {"PCIe", "TCP"}) {
    CHECK(batches[{"GPT-2 Small", joined}] == 3);
    CHECK(batches[{"GPT-2 Medium", joined}] == 2);
    CHECK(batches[{"T5-base", joined}] == 4);
  }
}

TEST_CASE(
    "the exchange takes what its bytes take at the calibrated bus bandwidth, whatever the batch") {
  // A sequential model by hand: 4.46 GB/s over PCIe, 0.90 GB/s over TCP; the latency of an
  // all-reduce is below a thousandth.
  for (const ValidationRow& row : rows().rows) {
    const double bus = joined_by(row) == "PCIe" ? 4.466e9 : 0.8997e9;
    const double expected_s = 1.5 * 4 * parameters.at(model_of(row)) / bus;
    CHECK(exchange_s(row) == doctest::Approx(expected_s).epsilon(2e-3));
  }
}

TEST_CASE("four T4 are never faster than four times one, nor faster over TCP than over PCIe") {
  std::map<std::pair<std::string, std::int64_t>, double> over_pcie;
  for (const ValidationRow& row : rows().rows) {
    CHECK(row.predicted < 4 * one_gpu(row));
    const auto [at, first] =
        over_pcie.emplace(std::pair(model_of(row), batch_of(row)), row.predicted);
    if (!first) CHECK(row.predicted < at->second);
  }
}
