// Which data set an experiment trains on, and how it is had from its description.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "models/model.hpp"
#include "real/data/data_set.hpp"
#include "sim/core/random.hpp"

namespace palsim {

enum class DataKind { cifar10, token_file, generated_images, generated_stories };

// If not, they are tokens.
inline bool is_of_images(DataKind kind) {
  return kind == DataKind::cifar10 || kind == DataKind::generated_images;
}

// What a story's tokens stand for.
enum class Spelling { bytes, words };

// What is trained on, and what the trained model is judged on.
enum class Split { train, held_out };

struct DataDescription {
  DataKind kind = DataKind::generated_images;

  // cifar10: the folder of its binary batches. token_file: the file.
  std::string path;
  // token_file: the file to judge on; needed only if that is asked for.
  std::string held_out_path;

  // Generated data: how many samples there are, and how many more are held out.
  std::int64_t samples = 50'000;
  std::int64_t held_out_samples = 10'000;

  // generated_images: channels x height x width.
  Shape image{3, 32, 32};
  std::int64_t classes = 10;
  // generated_images: standard deviation of what hides the class, in units of what shows it.
  double noise = 1;

  // Tokens: the size of the vocabulary, which is the model's; a story need not use all of it.
  std::int64_t vocabulary = 256;
  // Tokens of a sample, each with the one that follows it as its target.
  std::int64_t tokens = 128;
  Spelling spelling = Spelling::words;  // generated_stories

  // Of generated data; the same seed gives the same data on any machine.
  Seed seed = 0;
};

// Throws InputError, one line without a place in a file of TOML: what was found, what to write.
std::unique_ptr<DataSet> make_data_set(const DataDescription& description, Split split);

}  // namespace palsim
