// DDP's buckets of real models, against what PyTorch's own assignment gives for their tensors.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "models/loader.hpp"
#include "sim/methods/bucket.hpp"
#include "sim/methods/wire.hpp"

using namespace palsim;

namespace {

// By model, the buckets' bytes in backward order: tests/experiments/ddp_default_buckets_fp32.csv.
std::map<std::string, std::vector<Bytes>> expected_buckets() {
  std::ifstream file(std::string(PALSIM_ROOT) + "/tests/experiments/ddp_default_buckets_fp32.csv");
  std::map<std::string, std::vector<Bytes>> buckets;
  std::string line;
  std::getline(file, line);
  REQUIRE(line == "model,bucket_index_in_backward_order,bytes,MiB");
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string model, index, bytes;
    std::getline(fields, model, ',');
    std::getline(fields, index, ',');
    std::getline(fields, bytes, ',');
    CHECK(std::stoul(index) == buckets[model].size());
    buckets[model].emplace_back(std::stoll(bytes));
  }
  return buckets;
}

}  // namespace

TEST_CASE("default buckets equal PyTorch's for every model whose buckets are known") {
  const std::map<std::string, std::string> files{
      {"resnet50", "models/resnet50.toml"},
      {"vgg16_imagenet", "models/vgg16.toml"},
      {"vgg16_torchvision_10cls_32px", "models/vgg16_cifar10.toml"},
      {"vgg16_cifar_512head", "tests/models/vgg16_cifar_512head.toml"},
      {"gptneo125m", "models/gptneo_125m.toml"},
      {"tinystories8m", "tests/models/tinystories_8m.toml"},
  };
  for (const auto& [name, expected] : expected_buckets()) {
    CAPTURE(name);
    REQUIRE(files.contains(name));
    const Model model = load_model(std::string(PALSIM_ROOT) + "/" + files.at(name));
    std::vector<Bytes> tensors;
    for (const Tensor& tensor : model.tensors) {
      tensors.push_back(wire_bytes(tensor.numel(), WireType::fp32));
    }
    std::vector<Bytes> bytes;
    for (const Bucket& bucket : assign_buckets(tensors)) bytes.push_back(bucket.bytes);
    CHECK(bytes == expected);
  }
}
