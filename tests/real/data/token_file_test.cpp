#include "real/data/token_file.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

using Tokens = std::vector<std::int32_t>;

std::string bytes_of(const Tokens& tokens) {
  std::string bytes;
  for (const std::int32_t token : tokens) {
    bytes += static_cast<char>(token & 255);
    bytes += static_cast<char>(token >> 8);
  }
  return bytes;
}

}  // namespace

TEST_CASE("samples follow one another, and a target is the next token") {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("train.bin", bytes_of({5, 256, 7, 50256, 9, 65535, 11, 12}));
  const auto data = read_token_file(path, 3, 65536);
  CHECK(data->samples() == 2);  // a third would lack its targets
  CHECK(data->sample_shape() == Shape{3});
  CHECK(data->classes() == 65536);
  Batch batch;
  batch.images = {1.F};
  data->fetch(std::vector<std::int64_t>{1, 0}, batch);
  CHECK(batch.samples == 2);
  CHECK(batch.images.empty());
  CHECK(batch.tokens == Tokens{50256, 9, 65535, 5, 256, 7});
  CHECK(batch.targets == Tokens{9, 65535, 11, 256, 7, 50256});
}

TEST_CASE("a file of one sample and its last target is enough") {
  const TemporaryFolder folder;
  const std::string path = folder.write("train.bin", bytes_of({1, 2, 3}));
  CHECK(read_token_file(path, 2, 4)->samples() == 1);
  CHECK(complaint_of([&] { read_token_file(path, 3, 4); }) ==
        path +
            ": 3 tokens, a sample of 3 and its last target need 4; write a smaller number of "
            "tokens or a longer file");
  const std::string empty = folder.write("empty.bin", "");
  CHECK(complaint_of([&] { read_token_file(empty, 1, 4); }) ==
        empty +
            ": 0 tokens, a sample of 1 and its last target need 2; write a smaller number of "
            "tokens or a longer file");
}

TEST_CASE("half a token is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.write("train.bin", bytes_of({1, 2, 3}) + "x");
  CHECK(complaint_of([&] { read_token_file(path, 2, 4); }) ==
        path + ": 7 bytes, but tokens have two each; write the file again");
}

TEST_CASE("a token beyond the vocabulary is named with its position, even in what is dropped") {
  const TemporaryFolder folder;
  const std::string path = folder.write("train.bin", bytes_of({1, 2, 3, 0, 700, 800}));
  CHECK(read_token_file(path, 3, 801)->samples() == 1);
  const auto complaint = [&](int token, int position, int vocabulary) {
    return path + ": token " + std::to_string(token) + " at position " + std::to_string(position) +
           " is beyond the vocabulary of " + std::to_string(vocabulary) +
           "; write the vocabulary that the file was made with, or another file";
  };
  CHECK(complaint_of([&] { read_token_file(path, 3, 800); }) == complaint(800, 5, 800));
  CHECK(complaint_of([&] { read_token_file(path, 3, 700); }) == complaint(700, 4, 700));
}

TEST_CASE("a token file that cannot be read is named") {
  const TemporaryFolder folder;
  const std::string advice = ", write as path a file of 16-bit tokens, like nanoGPT's train.bin";
  CHECK(complaint_of([] { read_token_file("", 1, 4); }) == "no path" + advice);
  CHECK(complaint_of([] { read_token_file("/nowhere/train.bin", 1, 4); }) ==
        "/nowhere/train.bin: No such file or directory" + advice);
  const std::string path = folder.path().string();
  CHECK(complaint_of([&] { read_token_file(path, 1, 4); }) == path + ": not a file" + advice);
}

}  // namespace palsim
