#include <doctest/doctest.h>

#include "tests/real/layers/tiny_model.hpp"
#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

std::string complaint_about(const std::string& input, const std::string& layers) {
  const ModelGraph graph = graph_of(input, layers);
  const std::string complaint =
      complaint_of([&] { replica_memory(graph, 1, *cpu_device<float>()); });
  const auto device = cpu_device<float>();
  CHECK(complaint_of([&] { Replica<float>(graph, 1, *device, 1); }) == complaint);
  return complaint;
}

const std::string tokens = "{type = 'embedding', name = 'e', vocabulary = 9, width = 4}, ";
const std::string head = "{type = 'linear', out_features = 3}, ";
const std::string loss = "{type = 'cross_entropy'}";

}  // namespace

TEST_CASE("a layer that is only priced cannot be trained") {
  CHECK(complaint_about("5", head +
                                 "{type = 'custom', name = 'c', parameters = 5, "
                                 "forward_flops = '1FLOP'}, " +
                                 loss) ==
        "m.toml:3:47: custom 'c': a custom layer has costs but no operation; write the layers "
        "that it stands for");
  CHECK(complaint_about("5", tokens + "{type = 'first_token'}, " + head + loss) ==
        "m.toml:3:71: first_token: it cannot be trained, only priced; write a model whose loss "
        "sees every token");
  CHECK(complaint_about("5", tokens +
                                 "{type = 'token_type_embedding', name = 's', "
                                 "token_types = 2}, " +
                                 head + loss) ==
        "m.toml:3:71: token_type_embedding 's': segments cannot be trained, as no data set has "
        "them; write a model without token_type_embedding");
  CHECK(complaint_about("5", tokens +
                                 "{type = 'attention', name = 'a', heads = 2, rotary = true}, " +
                                 head + loss) ==
        "m.toml:3:71: attention 'a.scores': rotary positions cannot be trained; write rotary = "
        "false and a position_embedding");
}

TEST_CASE("a model is trained towards one loss, at its end") {
  CHECK(complaint_about("5", "{type = 'linear', name = 'fc', out_features = 3}") ==
        "m.toml:3:10: linear 'fc': the model ends without a loss; write a layer of type "
        "\"cross_entropy\" after this one");
  CHECK(complaint_about("5", head + "{type = 'branch', body = [" + head + loss + "]}, " + loss) ==
        "m.toml:3:138: cross_entropy 'cross_entropy.1': a second loss cannot be trained; write one "
        "cross_entropy");
  CHECK(complaint_about("5", head + loss + ", {type = 'relu', name = 'r'}") ==
        "m.toml:3:73: relu 'r': nothing can be trained after the loss; write cross_entropy as the "
        "last layer");
}

TEST_CASE("the loss sees one row of logits, or one for each token") {
  CHECK(complaint_about("3x4x4", "{type = 'relu'}, " + loss) ==
        "m.toml:3:27: cross_entropy 'cross_entropy.0': the input is 3x4x4; write layers before "
        "that give one row of logits");
  CHECK(complaint_about("5", tokens + "{type = 'flatten'}, " + head + loss) ==
        "m.toml:3:128: cross_entropy 'cross_entropy.0': the input is 3; write layers before that "
        "give every token's logits");
}

TEST_CASE("tokens are embedded, and nothing else is") {
  CHECK(complaint_about("5", "{type = 'branch', body = [{type = 'relu', name = 'r'}]}, " + tokens +
                                 head + loss) ==
        "m.toml:3:36: relu 'r': the input is tokens; write an embedding before");
  CHECK(complaint_about("5", head + tokens + head + loss) ==
        "m.toml:3:10: linear 'linear.0': the input is tokens; write an embedding before");
}
