#include "real/data/data_description.hpp"

#include <cmath>

#include "real/data/cifar10.hpp"
#include "real/data/generated_images.hpp"
#include "real/data/generated_stories.hpp"
#include "real/data/token_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// Positions in an epoch and places in an image fit 32 bits.
constexpr std::int64_t most_samples = 4'000'000'000;
constexpr std::int64_t most_elements = 1 << 24;

void check_range(const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
  require<InputError>(value >= least && value <= most, "{} is {}, write {} to {}", key, value,
                      least, most);
}

void check_image(const DataDescription& data) {
  std::int64_t elements = data.image.size() == 3 ? 1 : 0;
  for (const std::int64_t extent : data.image) {
    const bool fits = extent >= 1 && extent <= most_elements && elements <= most_elements;
    elements = fits ? elements * extent : 0;
  }
  require<InputError>(elements >= 1 && elements <= most_elements,
                      "image is \"{}\", write channels x height x width of at most {} numbers in "
                      "all, like \"3x32x32\"",
                      to_string(data.image), most_elements);
  check_range("classes", data.classes, 2, 1'000'000);
  require<InputError>(data.noise >= 0 && data.noise <= 1'000, "noise is {}, write 0 to 1000",
                      data.noise);
}

void check_tokens(const DataDescription& data) {
  check_range("tokens", data.tokens, 1, most_elements);
  check_range("vocabulary", data.vocabulary, 2, 1 << 30);
}

}  // namespace

std::unique_ptr<DataSet> make_data_set(const DataDescription& data, Split split) {
  const bool held_out = split == Split::held_out;
  switch (data.kind) {
    case DataKind::cifar10:
      return read_cifar10(data.path, split);
    case DataKind::token_file:
      check_tokens(data);
      require<InputError>(!held_out || !data.held_out_path.empty(),
                          "no held-out tokens, write held_out_path");
      return read_token_file(held_out ? data.held_out_path : data.path, data.tokens,
                             data.vocabulary);
    case DataKind::generated_images:
    case DataKind::generated_stories:
      break;
  }
  check_range("samples", data.samples, 1, most_samples);
  check_range("held_out_samples", data.held_out_samples, held_out ? 1 : 0, most_samples);
  const GeneratedRange range{.seed = data.seed,
                             .first = held_out ? std::int64_t{1} << 40 : 0,
                             .samples = held_out ? data.held_out_samples : data.samples};
  if (data.kind == DataKind::generated_images) {
    check_image(data);
    return generate_images(range, data.image, data.classes, data.noise);
  }
  check_tokens(data);
  return generate_stories(range, data.tokens, StoryGrammar(data.spelling, data.vocabulary));
}

}  // namespace palsim
