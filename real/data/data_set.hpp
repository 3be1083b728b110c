// Samples to train on, by number. A data set is read-only once made: many workers read from one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/model.hpp"

namespace palsim {

// One of the inputs is filled: images (samples x channels x height x width), or tokens (samples x
// tokens). Targets: the class of each image, or for each token the one that follows it.
struct Batch {
  std::int64_t samples = 0;
  std::vector<float> images;
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;
};

class DataSet {
 public:
  virtual ~DataSet() = default;

  virtual std::int64_t samples() const = 0;
  // Of one sample: "3x32x32", or the number of tokens.
  virtual const Shape& sample_shape() const = 0;
  // Classes of images, or the size of the vocabulary: targets lie in [0, classes).
  virtual std::int64_t classes() const = 0;
  // Fills the batch with these samples, in this order; reuses its memory.
  virtual void fetch(std::span<const std::int64_t> samples, Batch& batch) const = 0;
};

}  // namespace palsim
