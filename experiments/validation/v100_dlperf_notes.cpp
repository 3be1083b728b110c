#include "experiments/validation/v100_dlperf_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

using Overrides = std::vector<std::string>;
using Rows = std::vector<JudgedV100>;

constexpr const char* bert_reasons =
    "By hand, from the rows: what PaddlePaddle and MXNet lose hardly depends on batch and "
    "precision, but for PaddlePaddle's largest batch, so it is not time on NVLink: fp32 gradients "
    "that nothing hides would have to travel at 4 and 25 GB/s, as through the host's memory. "
    "OneFlow loses 15 to 16 ms more with clipping than without; here the norm of averaged "
    "gradients costs what it costs one GPU.";
constexpr const char* resnet_reasons =
    "Where it is more than the whole exchange, either that runs below the card's rate or the "
    "nodes share their input.";

double mean_error(const Rows& rows) {
  std::vector<double> errors;
  for (const JudgedV100& row : rows) errors.push_back(row.error());
  return absolute_errors(errors).mean;
}

std::string named(const V100Series& series) { return series.framework + ' ' + series.precision; }

// By what `name_of` calls a row, in the order in which names first come.
template <class NameOf>
std::vector<std::pair<std::string, Rows>> grouped(NameOf name_of, const Rows& rows) {
  std::vector<std::pair<std::string, Rows>> groups;
  for (const JudgedV100& row : rows) {
    const std::string name = name_of(*row.series);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == name; });
    if (group == groups.end()) group = groups.insert(group, {name, {}});
    group->second.push_back(row);
  }
  return groups;
}

template <class NameOf>
std::string errors_by(NameOf name_of, const Rows& rows) {
  std::vector<std::string> parts;
  for (const auto& [name, own] : grouped(name_of, rows)) {
    parts.push_back(fmt::format("{} {:.1f} %", name, 100 * mean_error(own)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string bar_note(const std::string& bar, const Rows& rows) {
  const auto of_paddle = [](const JudgedV100& row) {
    return row.series->made_with("PaddlePaddle");
  };
  Rows others;
  std::remove_copy_if(rows.begin(), rows.end(), std::back_inserter(others), of_paddle);
  return fmt::format(
      "{}: mean error of {} rows {:.1f} %, where 8 % were to be reached; {:.1f} % of {} without "
      "PaddlePaddle (in hindsight, by no rule). By precision: {}. By framework: {}.",
      bar, rows.size(), 100 * mean_error(rows), 100 * mean_error(others), others.size(),
      errors_by([](const V100Series& series) { return series.precision; }, rows),
      errors_by(named, rows));
}

// How much longer a step takes than on one GPU, of the rows that miss most.
std::string misses_note(const std::string& bar, const Rows& rows) {
  constexpr double far = 0.1;
  std::vector<std::string> parts;
  for (const JudgedV100& row : rows) {
    if (std::abs(row.error()) < far) continue;
    const V100Series& series = *row.series;
    parts.push_back(fmt::format("{} batch {} on {}: {:.0f} ({:.0f})", named(series), series.batch,
                                row.gpus, 1e3 * series.longer_s(row.gpus, row.measured()),
                                1e3 * series.longer_s(row.gpus, row.predicted)));
  }
  return fmt::format(
      "{}, rows off by 10 % or more: milliseconds by which a step takes longer than on one GPU, "
      "measured (predicted): {}.",
      bar, fmt::join(parts, "; "));
}

// What a step of BERT loses on a node, least and most, beside its whole exchange.
std::string losses_note(const V100Predictor& predictor, const Rows& bert) {
  std::vector<std::string> parts;
  for (const auto& [name, rows] : grouped(named, bert)) {
    std::vector<double> longer_ms;
    for (const JudgedV100& row : rows) {
      longer_ms.push_back(1e3 * row.series->longer_s(row.gpus, row.measured()));
    }
    const auto [least, most] = std::minmax_element(longer_ms.begin(), longer_ms.end());
    parts.push_back(
        fmt::format("{} {:.0f} to {:.0f} ({:.0f})", name, *least, *most,
                    1e3 * predictor.exchange_s(*rows.front().series, rows.front().gpus)));
  }
  return fmt::format(
      "BERT-base, milliseconds by which a step on 8 GPUs takes longer than on one, over the "
      "batches (that the whole exchange takes here, hidden by nothing): {}.",
      fmt::join(parts, ", "));
}

// What a step of ResNet-50 loses on the second node, beside its whole exchange.
std::string second_node_note(const V100Predictor& predictor, const Rows& resnet) {
  std::vector<std::string> more, less;
  for (const JudgedV100& row : resnet) {
    const V100Series& series = *row.series;
    if (row.gpus != 2 * v100_per_node) continue;
    const double lost_s = series.longer_s(row.gpus, row.measured()) -
                          series.longer_s(v100_per_node, series.rates.at(v100_per_node));
    const double exchange_s = predictor.exchange_s(series, row.gpus);
    (lost_s > exchange_s ? more : less)
        .push_back(
            fmt::format("{} {:.1f} ({:.1f})", named(series), 1e3 * lost_s, 1e3 * exchange_s));
  }
  return fmt::format(
      "ResNet-50, milliseconds by which a step on 16 GPUs takes longer than on 8 (that the whole "
      "exchange takes on 16 here, hidden by nothing). More than it: {}. Less: {}. {}",
      fmt::join(more, ", "), fmt::join(less, ", "), resnet_reasons);
}

std::string input_note(const std::vector<V100Series>& all) {
  std::vector<std::string> limited;
  for (const V100Series& series : all) {
    if (!series.input_limited()) continue;
    const double reached = series.rates.at(v100_per_node) / (v100_per_node * series.alone());
    limited.push_back(fmt::format("{} {:.1f} %", named(series), 100 * reached));
  }
  return fmt::format(
      "Limited by its input, by series (framework, precision, batch): ResNet-50 that reaches less "
      "than 90 % of linear on 8 GPUs: {}.",
      fmt::join(limited, ", "));
}

enum class Precisions { all, amp };

// What the bars would be had an assumption been another.
std::string sensitivity_note(const V100Predictor& predictor, const Rows& bert, const Rows& resnet) {
  const auto error_with = [&](Rows rows, const Overrides& more, Precisions changed) {
    for (JudgedV100& row : rows) {
      if (changed == Precisions::amp && !row.series->is_amp()) continue;
      row.predicted = predictor.rate(*row.series, row.gpus, more);
    }
    return 100 * mean_error(rows);
  };
  std::vector<std::string> parts;
  const auto with = [&](const char* what, const Overrides& more,
                        Precisions changed = Precisions::all) {
    parts.push_back(fmt::format("{} {:.1f} % and {:.1f} %", what, error_with(bert, more, changed),
                                error_with(resnet, more, changed)));
  };
  with("every AMP gradient as fp32", {"method.ddp.gradient_dtype=fp32"}, Precisions::amp);
  with("as fp16", {"method.ddp.gradient_dtype=bf16"}, Precisions::amp);
  with("no spread of steps", {"compute.jitter=0"});
  with("0.05 of it", {"compute.jitter=0.05"});
  with("0.88 of InfiniBand's rate", {"cluster.fabric.achievable=0.88"});
  with("no overlap", {"method.ddp.overlap=none"});
  return fmt::format(
      "What the priors matter, as mean errors of BERT-base at 8 GPUs and ResNet-50 at 16 and 32: "
      "{}.",
      fmt::join(parts, "; "));
}

}  // namespace

std::vector<std::string> v100_notes(const V100Predictor& predictor,
                                    const std::vector<V100Series>& all, const Rows& bert,
                                    const Rows& resnet) {
  const std::string bert_bar = "BERT-base at 8 GPUs";
  const std::string resnet_bar = "ResNet-50 at 16 and 32 GPUs, not limited by its input";
  return {bar_note(bert_bar, bert),
          misses_note(bert_bar, bert),
          losses_note(predictor, bert),
          bert_reasons,
          bar_note(resnet_bar, resnet),
          misses_note(resnet_bar, resnet),
          second_node_note(predictor, resnet),
          input_note(all),
          sensitivity_note(predictor, bert, resnet),
          predictor.how_to_repeat(all.front(), v100_per_node)};
}

}  // namespace palsim
