#include "real/data/data_description.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

std::string complaint_about(const DataDescription& data, Split split = Split::train) {
  return complaint_of([&] { make_data_set(data, split); });
}

}  // namespace

TEST_CASE("each kind of data is made from its description") {
  const TemporaryFolder folder;
  const DataDescription images{
      .samples = 70, .held_out_samples = 30, .image = {1, 8, 8}, .classes = 3, .seed = 4};
  CHECK(make_data_set(images, Split::train)->samples() == 70);
  CHECK(make_data_set(images, Split::held_out)->samples() == 30);
  CHECK(make_data_set(images, Split::train)->sample_shape() == Shape{1, 8, 8});
  CHECK(make_data_set(images, Split::train)->classes() == 3);

  const DataDescription stories{
      .kind = DataKind::generated_stories, .samples = 5, .vocabulary = 50'257, .tokens = 12};
  CHECK(make_data_set(stories, Split::train)->sample_shape() == Shape{12});
  CHECK(make_data_set(stories, Split::train)->classes() == 50'257);

  const DataDescription file{.kind = DataKind::token_file,
                             .path = folder.write("train.bin", std::string(20, '\1')),
                             .held_out_path = folder.write("val.bin", std::string(12, '\1')),
                             .vocabulary = 258,
                             .tokens = 2};
  CHECK(make_data_set(file, Split::train)->samples() == 4);
  CHECK(make_data_set(file, Split::held_out)->samples() == 2);

  folder.write("test_batch.bin", std::string(3073, '\1'));
  const DataDescription cifar{.kind = DataKind::cifar10, .path = folder.path().string()};
  CHECK(make_data_set(cifar, Split::held_out)->samples() == 1);
}

TEST_CASE("what is held out is not trained on") {
  const auto first_numbers = [](const DataDescription& data, Split split) {
    Batch batch;
    make_data_set(data, split)->fetch(std::vector<std::int64_t>{0}, batch);
    return data.kind == DataKind::generated_images
               ? std::to_string(batch.images[0])
               : std::to_string(batch.tokens[5]) + std::to_string(batch.tokens[14]) +
                     std::to_string(batch.tokens[17]);
  };
  for (const DataKind kind : {DataKind::generated_images, DataKind::generated_stories}) {
    const DataDescription data{.kind = kind};
    CHECK(first_numbers(data, Split::train) == first_numbers(data, Split::train));
    CHECK(first_numbers(data, Split::train) != first_numbers(data, Split::held_out));
  }
}

TEST_CASE("an impossible description is refused with what to write") {
  const double no_number = std::numeric_limits<double>::quiet_NaN();
  CHECK(complaint_about({.samples = 0}) == "samples is 0, write 1 to 4000000000");
  CHECK(complaint_about({.held_out_samples = -1}) ==
        "held_out_samples is -1, write 0 to 4000000000");
  CHECK(complaint_about({.classes = 1}) == "classes is 1, write 2 to 1000000");
  CHECK(complaint_about({.noise = -1}) == "noise is -1, write 0 to 1000");
  CHECK(complaint_about({.noise = no_number}) == "noise is nan, write 0 to 1000");
  const std::string advice =
      ", write channels x height x width of at most 16777216 numbers in all, like \"3x32x32\"";
  CHECK(complaint_about({.image = {3, 32}}) == "image is \"3x32\"" + advice);
  CHECK(complaint_about({.image = {3, 0, 32}}) == "image is \"3x0x32\"" + advice);
  CHECK(complaint_about({.image = {-1, -1, 32}}) == "image is \"-1x-1x32\"" + advice);
  CHECK(complaint_about({.image = {3, 10'000'000, 10'000'000}}) ==
        "image is \"3x10000000x10000000\"" + advice);

  const DataKind stories = DataKind::generated_stories;
  CHECK(complaint_about({.kind = stories, .tokens = 0}) == "tokens is 0, write 1 to 16777216");
  CHECK(complaint_about({.kind = stories, .vocabulary = 1}) ==
        "vocabulary is 1, write 2 to 1073741824");
  CHECK(complaint_about({.kind = stories, .vocabulary = 10}) ==
        "a vocabulary of 10 has no room for the words of stories, write at least 65");
  CHECK(complaint_about({.kind = DataKind::token_file, .tokens = -3}) ==
        "tokens is -3, write 1 to 16777216");
  CHECK(complaint_about({.kind = DataKind::token_file}, Split::held_out) ==
        "no held-out tokens, write held_out_path");
}

}  // namespace palsim
