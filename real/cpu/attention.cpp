#include "real/cpu/attention.hpp"

#include <algorithm>

#include "real/cpu/eigen_maps.hpp"
#include "sim/core/quantity.hpp"

namespace palsim::cpu {
namespace {

// Enough rows for the matrix product to be quick, few enough for the mask to save work.
constexpr std::int64_t block_queries = 64;

// The keys that a query, or one of a block of queries, sees.
struct Keys {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t count() const { return end - begin; }
};

Keys seen_by(const AttentionShape& shape, std::int64_t query) {
  const std::int64_t begin =
      shape.window > 0 ? std::max<std::int64_t>(0, query - shape.window + 1) : 0;
  return {begin, shape.causal ? query + 1 : shape.tokens};
}

struct Block {
  std::int64_t first = 0;  // query
  std::int64_t queries = 0;
  Keys keys;
};

// One head of one sample: where its slices begin.
struct Head {
  std::int64_t input = 0;   // in queries, keys and values
  std::int64_t output = 0;  // in the result
  std::int64_t probabilities = 0;
};

template <class Kernel>
void for_each_head(const AttentionShape& shape, Kernel&& kernel) {
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      const std::int64_t slice = head * (shape.width / shape.heads);
      const std::int64_t first = sample * shape.tokens;
      kernel(Head{first * shape.input_stride + slice, first * shape.width + slice,
                  (sample * shape.heads + head) * shape.tokens * shape.tokens});
    }
  }
}

template <class Kernel>
void for_each_block(const AttentionShape& shape, Kernel&& kernel) {
  for (std::int64_t first = 0; first < shape.tokens; first += block_queries) {
    const std::int64_t queries = std::min(block_queries, shape.tokens - first);
    kernel(Block{
        first, queries, {seen_by(shape, first).begin, seen_by(shape, first + queries - 1).end}});
  }
}

// Rows [first, first + rows) of a head's slice.
template <class T>
ConstSliceMap<T> rows_of(const T* slice, std::int64_t stride, std::int64_t first, std::int64_t rows,
                         std::int64_t width) {
  return {slice + first * stride, rows, width, Eigen::OuterStride<>(stride)};
}
template <class T>
SliceMap<T> rows_of(T* slice, std::int64_t stride, std::int64_t first, std::int64_t rows,
                    std::int64_t width) {
  return {slice + first * stride, rows, width, Eigen::OuterStride<>(stride)};
}

// Scores become probabilities; of keys that one query sees and another does not, zeros.
template <class T>
void softmax_rows(const AttentionShape& shape, const Block& block, T* scores) {
  for (std::int64_t i = 0; i < block.queries; ++i) {
    const Keys keys = seen_by(shape, block.first + i);
    T* row = scores + i * shape.tokens;
    std::fill(row, row + (keys.begin - block.keys.begin), T(0));
    std::fill(row + (keys.end - block.keys.begin), row + block.keys.count(), T(0));
    ArrayMap<T> seen(row + (keys.begin - block.keys.begin), keys.count());
    const T scale = static_cast<T>(shape.scale);
    const T largest = seen.maxCoeff();
    seen = ((seen - largest) * scale).exp();
    seen *= T(1) / seen.sum();
  }
}

}  // namespace

std::int64_t attention_saved(const AttentionShape& shape) {
  return (Bytes(shape.samples * shape.heads) * shape.tokens * shape.tokens).count();
}

template <class T>
void attention_forward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                       T* saved, T* y) {
  const std::int64_t width = shape.width / shape.heads;
  const std::int64_t stride = shape.input_stride;
  for_each_head(shape, [&](const Head& head) {
    for_each_block(shape, [&](const Block& block) {
      T* first_score = saved + head.probabilities + block.first * shape.tokens;
      auto probabilities = rows_of(first_score, shape.tokens, 0, block.queries, block.keys.count());
      const auto keys =
          rows_of(key + head.input, stride, block.keys.begin, block.keys.count(), width);
      const auto values =
          rows_of(value + head.input, stride, block.keys.begin, block.keys.count(), width);
      probabilities.noalias() =
          rows_of(query + head.input, stride, block.first, block.queries, width) * keys.transpose();
      softmax_rows(shape, block, first_score);
      rows_of(y + head.output, shape.width, block.first, block.queries, width).noalias() =
          probabilities * values;
    });
  });
}

// With probabilities P and their gradient dP = dY V^T, the scores' is P (dP - rowsum(P dP)), and
// each rowsum is the product of a row of dY and its row of Y.
template <class T>
void attention_backward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                        const T* saved, const T* y, const T* dy, T* dquery, T* dkey, T* dvalue,
                        std::vector<T>& scratch) {
  const std::int64_t width = shape.width / shape.heads;
  const std::int64_t stride = shape.input_stride;
  scratch.resize(static_cast<std::size_t>(block_queries * shape.tokens));
  for_each_head(shape, [&](const Head& head) {
    rows_of(dkey + head.input, stride, 0, shape.tokens, width).setZero();
    rows_of(dvalue + head.input, stride, 0, shape.tokens, width).setZero();
    for_each_block(shape, [&](const Block& block) {
      const std::int64_t begin = block.keys.begin;
      const std::int64_t count = block.keys.count();
      const auto probabilities =
          rows_of(saved + head.probabilities, shape.tokens, block.first, block.queries, count);
      const auto outputs = rows_of(y + head.output, shape.width, block.first, block.queries, width);
      const auto doutputs =
          rows_of(dy + head.output, shape.width, block.first, block.queries, width);
      rows_of(dvalue + head.input, stride, begin, count, width).noalias() +=
          probabilities.transpose() * doutputs;

      MatrixMap<T> dscores(scratch.data(), block.queries, count);
      dscores.noalias() =
          doutputs * rows_of(value + head.input, stride, begin, count, width).transpose();
      for (std::int64_t i = 0; i < block.queries; ++i) {
        const T along = outputs.row(i).dot(doutputs.row(i));
        dscores.row(i).array() = (dscores.row(i).array() - along) * static_cast<T>(shape.scale) *
                                 probabilities.row(i).array();
      }
      rows_of(dquery + head.input, stride, block.first, block.queries, width).noalias() =
          dscores * rows_of(key + head.input, stride, begin, count, width);
      rows_of(dkey + head.input, stride, begin, count, width).noalias() +=
          dscores.transpose() *
          rows_of(query + head.input, stride, block.first, block.queries, width);
    });
  });
}

template void attention_forward(const AttentionShape&, const float*, const float*, const float*,
                                float*, float*);
template void attention_forward(const AttentionShape&, const double*, const double*, const double*,
                                double*, double*);
template void attention_backward(const AttentionShape&, const float*, const float*, const float*,
                                 const float*, const float*, const float*, float*, float*, float*,
                                 std::vector<float>&);
template void attention_backward(const AttentionShape&, const double*, const double*, const double*,
                                 const double*, const double*, const double*, double*, double*,
                                 double*, std::vector<double>&);

}  // namespace palsim::cpu
