// CIFAR-10 (Krizhevsky 2009) in its binary version: files of records of 3073 bytes, a label from 0
// to 9 and then 32 x 32 pixels of red, of green, of blue. Files may hold any number of records.
#pragma once

#include <memory>
#include <string>

#include "real/data/data_description.hpp"

namespace palsim {

// data_batch_1.bin to data_batch_5.bin to train on, test_batch.bin held out. Pixels between 0 and 1
// are brought to mean 0 and deviation 1, channel by channel, by the figures of the training images.
std::unique_ptr<DataSet> read_cifar10(const std::string& folder, Split split);

}  // namespace palsim
