// Images of classes that a small convolutional network learns, but not at once. A class is a smooth
// random pattern. A sample shows it mirrored or not, one in four as a negative, moved by up to an
// eighth of the image, under a pattern of its own that is as smooth, and under grain. Because of
// the negatives no linear classifier tells more than three in four; because the sample's own
// pattern is made of what the classes are made of, blurring does not remove it.
#pragma once

#include <cstdint>
#include <memory>

#include "real/data/data_set.hpp"
#include "real/data/generated_range.hpp"

namespace palsim {

// `image`: channels x height x width. `noise`: standard deviation of the sample's own pattern and
// of the grain, each in units of the class's pattern; the sum is scaled back to about 1.
// Sample i is a function of (seed, i); additions and multiplications only, so the same anywhere.
std::unique_ptr<DataSet> generate_images(const GeneratedRange& range, const Shape& image,
                                         std::int64_t classes, double noise);

}  // namespace palsim
