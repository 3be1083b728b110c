#include "models/layer_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "models/limits.hpp"

namespace palsim {
namespace {

using namespace layer;

constexpr IntegerRange extent{1, most_extent};
constexpr IntegerRange extent_or_none{0, most_extent};

std::optional<std::int64_t> optional_extent(TableReader& table, std::string_view key) {
  if (!table.has(key)) return std::nullopt;
  return table.integer(key, extent);
}

Operation read_conv2d(TableReader& table) {
  return Conv2d{.in_channels = optional_extent(table, "in_channels"),
                .out_channels = table.integer("out_channels", extent),
                .kernel = table.integer("kernel", extent),
                .stride = table.integer("stride", extent, 1),
                .padding = table.integer("padding", extent_or_none, 0),
                .bias = table.flag("bias", true)};
}

Operation read_linear(TableReader& table) {
  Linear linear{.in_features = optional_extent(table, "in_features"),
                .out_features = 0,
                .bias = table.flag("bias", true),
                .tied = table.text("tied", "")};
  // A tied head has as many outputs as its embedding has rows.
  if (linear.tied.empty()) linear.out_features = table.integer("out_features", extent);
  return linear;
}

template <Norm norm>
Operation read_norm(TableReader&) {
  return Normalization{norm};
}

template <Function function>
Operation read_activation(TableReader&) {
  return Activation{function};
}

template <Pooling pooling>
Operation read_pool(TableReader& table) {
  Pool pool{.pooling = pooling, .kernel = table.integer("kernel", extent)};
  pool.stride = table.integer("stride", extent, pool.kernel);
  pool.padding = table.integer("padding", {0, pool.kernel / 2}, 0);
  return pool;
}

Operation read_adaptive_average_pool(TableReader& table) {
  return AdaptiveAveragePool{table.integer("output", extent, 1)};
}

Operation read_flatten(TableReader&) { return Flatten{}; }
Operation read_first_token(TableReader&) { return FirstToken{}; }
Operation read_cross_entropy(TableReader&) { return CrossEntropy{}; }

Operation read_embedding(TableReader& table) {
  return Embedding{.vocabulary = table.integer("vocabulary", extent),
                   .width = table.integer("width", extent)};
}

Operation read_position_embedding(TableReader& table) {
  return AddedEmbedding{Index::position, table.integer("positions", extent)};
}

Operation read_token_type_embedding(TableReader& table) {
  return AddedEmbedding{Index::token_type, table.integer("token_types", extent)};
}

Operation read_attention(TableReader& table) {
  Attention attention{
      .heads = table.integer("heads", extent),
      .causal = table.flag("causal", true),
      .scaled = table.flag("scaled", true),
      .rotary = table.flag("rotary", false),
      .fused = table.flag("fused", false),
      .window = optional_extent(table, "window"),
      .bias = AttentionBias{static_cast<int>(table.choice("bias", {"none", "output", "all"}, 2))},
      .projections = {"q_proj", "k_proj", "v_proj", "out_proj"}};
  if (attention.window && !attention.causal) {
    table.fail("window", "write causal = true too, or no window");
  }
  if (table.has("projections")) attention.projections = table.texts("projections");
  if (attention.projections.size() != 2 && attention.projections.size() != 4) {
    table.fail("projections",
               "write four names, the output's last, or two if the inputs share one matrix");
  }
  return attention;
}

Operation read_buffer(TableReader& table) {
  const Bytes size = table.quantity<Bytes>("size", Sign::not_negative);
  if (size > most_buffer) {
    table.fail("size", fmt::format("write at most {}", to_string(most_buffer)));
  }
  return Buffer{size};
}

Operation read_custom(TableReader& table) {
  Custom custom{.parameters = table.integer("parameters", {0, most_elements}),
                .tensors = table.integer("tensors", {1, most_tensors}, 1),
                .forward_flops = table.quantity<Flops>("forward_flops", Sign::not_negative),
                .activation = table.integer("activation", {0, most_elements}, 0)};
  if (custom.parameters > 0 && custom.tensors > custom.parameters) {
    table.fail("tensors", fmt::format("write at most the {} parameters", custom.parameters));
  }
  return custom;
}

LayerSpecs read_body(TableReader& table) {
  LayerSpecs body = read_layers(table, "body");
  if (body.empty()) {
    table.fail("body", "write the layers inside, such as body = [{ type = \"relu\" }]");
  }
  return body;
}

Operation read_sequence(TableReader& table) { return Sequence{read_body(table)}; }
Operation read_branch(TableReader& table) { return Branch{read_body(table)}; }

template <Merge merge>
Operation read_merged(TableReader& table) {
  LayerSpecs body = read_body(table);
  return Merged{merge, std::move(body), read_layers(table, "shortcut")};
}

using ReadOperation = Operation (*)(TableReader&);
struct LayerType {
  const char* name;
  ReadOperation read;
};

constexpr LayerType layer_types[] = {
    {"conv2d", read_conv2d},
    {"linear", read_linear},
    {"batch_norm", read_norm<Norm::batch>},
    {"layer_norm", read_norm<Norm::layer>},
    {"rms_norm", read_norm<Norm::rms>},
    {"relu", read_activation<Function::relu>},
    {"gelu", read_activation<Function::gelu>},
    {"silu", read_activation<Function::silu>},
    {"tanh", read_activation<Function::tanh>},
    {"max_pool", read_pool<Pooling::max>},
    {"average_pool", read_pool<Pooling::average>},
    {"adaptive_average_pool", read_adaptive_average_pool},
    {"flatten", read_flatten},
    {"first_token", read_first_token},
    {"embedding", read_embedding},
    {"position_embedding", read_position_embedding},
    {"token_type_embedding", read_token_type_embedding},
    {"attention", read_attention},
    {"cross_entropy", read_cross_entropy},
    {"buffer", read_buffer},
    {"custom", read_custom},
    {"sequence", read_sequence},
    {"residual", read_merged<Merge::sum>},
    {"product", read_merged<Merge::product>},
    {"branch", read_branch},
};

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const LayerType& type : layer_types) names.emplace_back(type.name);
  return names;
}

LayerSpec read_layer(TableReader& table) {
  const LayerType& type = layer_types[table.choice("type", type_names())];
  LayerSpec layer;
  layer.origin = table.origin();
  layer.type = type.name;
  layer.name = table.text("name", "");
  layer.repeat = table.integer("repeat", {1, most_layers}, 1);
  layer.operation = type.read(table);
  table.finish();
  return layer;
}

}  // namespace

LayerSpecs read_layers(TableReader& table, std::string_view key) {
  LayerSpecs layers;
  for (TableReader& layer : table.tables(key)) layers.push_back(read_layer(layer));
  return layers;
}

}  // namespace palsim
