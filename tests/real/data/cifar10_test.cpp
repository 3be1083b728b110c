#include "real/data/cifar10.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

// A record whose red, green and blue are these bytes everywhere, but for the last pixel, which is
// 0.
std::string record(char label, char red, char green, char blue) {
  std::string bytes(1, label);
  for (const char color : {red, green, blue}) bytes += std::string(1023, color) + '\0';
  return bytes;
}

void write_all(const TemporaryFolder& folder) {
  for (char batch = 1; batch <= 5; ++batch) {
    folder.write("data_batch_" + std::to_string(batch) + ".bin",
                 record(batch, 0, static_cast<char>(51), static_cast<char>(255)) +
                     record(static_cast<char>(9 - batch), 1, 2, 3));
  }
  folder.write("test_batch.bin", record(9, 10, 20, 30));
}

std::string complaint_about(const TemporaryFolder& folder, Split split) {
  std::string complaint = complaint_of([&] { read_cifar10(folder.path().string(), split); });
  const std::string prefix = folder.path().string() + "/";
  if (complaint.starts_with(prefix)) complaint.erase(0, prefix.size());
  return complaint;
}

}  // namespace

TEST_CASE("five batches are trained on, in order, and one is held out") {
  const TemporaryFolder folder;
  write_all(folder);
  const auto train = read_cifar10(folder.path().string(), Split::train);
  CHECK(train->samples() == 10);
  CHECK(train->sample_shape() == Shape{3, 32, 32});
  CHECK(train->classes() == 10);
  Batch batch;
  train->fetch(std::vector<std::int64_t>{0, 9, 2, 2}, batch);
  CHECK(batch.samples == 4);
  CHECK(batch.targets == std::vector<std::int32_t>{1, 4, 2, 2});
  const auto held_out = read_cifar10(folder.path().string(), Split::held_out);
  CHECK(held_out->samples() == 1);
  held_out->fetch(std::vector<std::int64_t>{0}, batch);
  CHECK(batch.targets == std::vector<std::int32_t>{9});
}

TEST_CASE("pixels are normalized channel by channel") {
  const TemporaryFolder folder;
  write_all(folder);
  const auto data = read_cifar10(folder.path().string(), Split::train);
  Batch batch;
  batch.tokens = {1, 2, 3};
  data->fetch(std::vector<std::int64_t>{1, 0}, batch);
  CHECK(batch.tokens.empty());
  REQUIRE(batch.images.size() == 2 * 3072);
  const float* image = batch.images.data() + 3072;
  CHECK(image[0] == doctest::Approx((0 - 0.4914) / 0.2470));
  CHECK(image[1024] == doctest::Approx((0.2 - 0.4822) / 0.2435));
  CHECK(image[2047] == doctest::Approx((0 - 0.4822) / 0.2435));
  CHECK(image[2048] == doctest::Approx((1 - 0.4465) / 0.2616));
  CHECK(image[3070] == image[2048]);
  CHECK(image[3071] == doctest::Approx((0 - 0.4465) / 0.2616));
}

TEST_CASE("a folder that is not there, or not one, is named") {
  const TemporaryFolder folder;
  const std::string advice =
      ", write as path the folder of CIFAR-10's binary version (data_batch_1.bin to "
      "data_batch_5.bin, test_batch.bin)";
  CHECK(complaint_of([] { read_cifar10("", Split::train); }) == "no path" + advice);
  CHECK(complaint_of([] { read_cifar10("/nowhere/cifar", Split::train); }) ==
        "/nowhere/cifar: not a folder" + advice);
  const std::string file = folder.write("file", "text");
  CHECK(complaint_of([&] { read_cifar10(file, Split::train); }) ==
        file + ": not a folder" + advice);
  CHECK(complaint_about(folder, Split::train) ==
        "data_batch_1.bin: No such file or directory" + advice);
  write_all(folder);
  std::filesystem::remove(folder.path() / "data_batch_4.bin");
  CHECK(complaint_about(folder, Split::train) ==
        "data_batch_4.bin: No such file or directory" + advice);
  CHECK(complaint_about(folder, Split::held_out) == "none");
  std::filesystem::create_directory(folder.path() / "data_batch_4.bin");
  CHECK(complaint_about(folder, Split::train) == "data_batch_4.bin: not a file" + advice);
}

TEST_CASE("a truncated or empty batch is named with its size") {
  const TemporaryFolder folder;
  write_all(folder);
  folder.write("data_batch_3.bin", record(1, 1, 1, 1) + "cut");
  CHECK(complaint_about(folder, Split::train) ==
        "data_batch_3.bin: 3076 bytes, not whole records of 3073; unpack it again");
  folder.write("test_batch.bin", "");
  CHECK(complaint_about(folder, Split::held_out) ==
        "test_batch.bin: 0 bytes, not whole records of 3073; unpack it again");
}

TEST_CASE("a label that no class has is named with its record") {
  const TemporaryFolder folder;
  write_all(folder);
  folder.write("data_batch_2.bin", record(9, 1, 1, 1) + record(10, 1, 1, 1));
  CHECK(complaint_about(folder, Split::train) ==
        "data_batch_2.bin: record 1 has label 10, CIFAR-10's go from 0 to 9; unpack it again");
}

}  // namespace palsim
