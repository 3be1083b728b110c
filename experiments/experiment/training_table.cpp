#include "experiments/experiment/training_table.hpp"

namespace palsim {

std::optional<InnerSettings> read_training(TableReader& experiment, InnerOptimizer optimizer,
                                           bool gradient_clipping) {
  auto table = experiment.table("training");
  if (!table) return std::nullopt;
  const InnerSettings usual;
  InnerSettings inner{.optimizer = optimizer};
  const auto not_negative = [&](const char* key, double fallback) {
    return table->number(key, {.least = 0}, fallback);
  };
  const auto fraction = [&](const char* key, double fallback) {
    return table->number(key, {.least = 0, .below = 1}, fallback);
  };
  inner.learning_rate.base = table->number("learning_rate", {.least = 0});
  if (inner.learning_rate.base == 0) table->fail("learning_rate", "write one above 0");
  inner.learning_rate.warm_up_steps = table->integer("warm_up_steps", {.least = 0}, 0);
  inner.learning_rate.decay =
      static_cast<Decay>(table->choice("schedule", {"constant", "cosine"}, 0));
  inner.learning_rate.minimum = not_negative("minimum_learning_rate", 0);
  inner.weight_decay = not_negative("weight_decay", usual.weight_decay);
  if (optimizer == InnerOptimizer::momentum_sgd) {
    inner.momentum = fraction("momentum", usual.momentum);
    inner.nesterov = table->flag("nesterov", usual.nesterov);
  }
  if (optimizer == InnerOptimizer::adamw) {
    inner.beta1 = fraction("beta1", usual.beta1);
    inner.beta2 = fraction("beta2", usual.beta2);
    inner.epsilon = not_negative("epsilon", usual.epsilon);
  }
  if (gradient_clipping) inner.clip_norm = table->number("clip_norm", {.least = 0}, 1);
  table->finish();
  return inner;
}

std::optional<DataDescription> read_data(TableReader& experiment, const Model& model,
                                         const std::filesystem::path& base) {
  auto table = experiment.table("data");
  if (!table) return std::nullopt;
  constexpr std::int64_t most = 1'000'000'000;
  DataDescription data;
  data.kind = static_cast<DataKind>(
      table->choice("kind", {"cifar10", "token_file", "generated_images", "generated_stories"}));
  const bool generated =
      data.kind == DataKind::generated_images || data.kind == DataKind::generated_stories;
  // What the model tells apart: the last numbers before the loss.
  const std::int64_t outputs =
      model.layers.size() < 2 ? 1 : model.layers[model.layers.size() - 2].output.back();
  if (is_of_images(data.kind)) {
    data.image = model.input;
    data.classes = generated ? table->integer("classes", {2, most}, outputs) : data.classes;
    if (generated) data.noise = table->number("noise", {.least = 0}, data.noise);
  } else {
    data.tokens = model.input.front();
    data.vocabulary = table->integer("vocabulary", {2, most}, outputs);
  }
  if (generated) {
    data.samples = table->integer("samples", {1, most}, data.samples);
    data.held_out_samples = table->integer("held_out_samples", {0, most}, data.held_out_samples);
    data.seed = static_cast<Seed>(table->integer("seed", {.least = 0}, 0));
  } else {
    data.path = (base / table->text("path")).string();
  }
  if (data.kind == DataKind::generated_stories) {
    data.spelling = static_cast<Spelling>(table->choice("spelling", {"bytes", "words"}, 1));
  }
  if (data.kind == DataKind::token_file) {
    const std::string held_out = table->text("held_out_path", "");
    if (!held_out.empty()) data.held_out_path = (base / held_out).string();
  }
  table->finish();
  return data;
}

}  // namespace palsim
