#include "experiments/validation/v100_dlperf.hpp"

#include <map>
#include <set>
#include <tuple>

#include "experiments/command/csv_table.hpp"
#include "tests/experiments/validation/committed.hpp"

using namespace palsim;

namespace {

const Validation& rows() {
  static const Validation all = validate_v100_dlperf(validation_folder("v100_dlperf"));
  return all;
}

using Key = std::tuple<std::string, std::string, std::string, std::int64_t>;
Key key_of(const ValidationRow& row) {
  return {cell<std::string>(rows(), row, "model"), cell<std::string>(rows(), row, "framework"),
          cell<std::string>(rows(), row, "precision"),
          cell<std::int64_t>(rows(), row, "batch_per_gpu")};
}
std::int64_t gpus_of(const ValidationRow& row) { return cell<std::int64_t>(rows(), row, "gpus"); }

// What one GPU did, by series, as the file has it.
std::map<Key, double> alone() {
  const CsvTable table =
      load_csv((validation_folder("v100_dlperf") / "measurements.csv").string(), {"throughput"});
  std::map<Key, double> rates;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.integer(row, "gpus", 1) != 1) continue;
    rates[{table.text(row, "model"), table.text(row, "framework"), table.text(row, "precision"),
           table.integer(row, "batch_per_gpu", 1)}] = table.number(row, "throughput", 0);
  }
  return rates;
}

std::size_t rows_in(const std::string& group) {
  std::size_t count = 0;
  for (const ValidationRow& row : rows().rows) count += row.measured && row.group == group;
  return count;
}

double predicted(const Key& key, std::int64_t gpus) {
  for (const ValidationRow& row : rows().rows) {
    if (key_of(row) == key && gpus_of(row) == gpus) return row.predicted;
  }
  FAIL("no such row");
  return 0;
}

}  // namespace

TEST_CASE("v100_dlperf predicts the rows that are committed") {
  CHECK(validation_csv(rows()) == committed_rows("v100_dlperf"));
}

TEST_CASE("every series with a rate on one V100 is predicted on 8, 16 and 32") {
  std::set<std::pair<Key, std::int64_t>> found;
  for (const ValidationRow& row : rows().rows) {
    CHECK(found.insert({key_of(row), gpus_of(row)}).second);
  }
  for (const auto& [key, rate] : alone()) {
    for (const std::int64_t gpus : {8, 16, 32}) CHECK(found.contains({key, gpus}));
  }
}

TEST_CASE("no prediction is above so many times the rate of one V100, nor below a sixth of it") {
  const std::map<Key, double> one = alone();
  for (const ValidationRow& row : rows().rows) {
    const double linear = static_cast<double>(gpus_of(row)) * one.at(key_of(row));
    CHECK(row.predicted < linear);
    CHECK(row.predicted > linear / 6);
  }
}

TEST_CASE("more nodes of V100 train more samples a second, each of them fewer") {
  const Validation& all = rows();
  for (std::size_t at = 1; at < all.rows.size(); ++at) {
    const ValidationRow& fewer = all.rows[at - 1];
    const ValidationRow& more = all.rows[at];
    if (key_of(fewer) != key_of(more) || gpus_of(fewer) < 8) continue;
    CHECK(more.predicted > fewer.predicted);
    CHECK(more.predicted / static_cast<double>(gpus_of(more)) <
          fewer.predicted / static_cast<double>(gpus_of(fewer)));
  }
}

TEST_CASE("one flat all-reduce between nodes makes a step of NGC PyTorch's BERT longer by itself") {
  // 440 MB at 12.5 GB/s less what the node takes at 120 GB/s, and little more waiting.
  const Key key{"BERT-base pretrain (seq 128)", "NGC PyTorch", "FP32", 32};
  const double longer_s = 16 * 32 / predicted(key, 16) - 8 * 32 / predicted(key, 8);
  const double bytes = 4 * 110'106'428.0;
  const double exchange_s = bytes * (2 * 15 / 16.) / 12.5e9 - bytes * (2 * 7 / 8.) / 120e9;
  CHECK(longer_s > exchange_s);
  CHECK(longer_s < exchange_s + 0.01 * 32 / 119.6);
}

TEST_CASE(
    "a series below 90 % of linear on one node is set apart, and a repeated row counts once") {
  // MXNet and, in AMP, NGC MXNet, TensorFlow 1.x with XLA, MXNet and TensorFlow 2.x.
  CHECK(rows_in("ResNet-50, 16 and 32 GPUs, input-limited") == 2 * 5);
  CHECK(rows_in("ResNet-50, 16 and 32 GPUs") == 2 * 12);
  CHECK(rows_in("BERT-base, 8 GPUs, NGC PyTorch") == 4);
  CHECK(rows_in("BERT-base, 8 GPUs, all others") == 21);
}
