// A layer's operation with its extents, as a device takes it.
#pragma once

#include <cstdint>

#include "models/graph.hpp"
#include "real/device/shapes.hpp"

namespace palsim {

LinearShape shape_of(const layer::Linear& linear, const GraphNode& node, const Shape& output,
                     std::int64_t samples);
ConvolutionShape shape_of(const layer::Conv2d& convolution, const GraphNode& node,
                          std::int64_t samples);
PoolingShape shape_of(const layer::Pool& pool, const GraphNode& node, std::int64_t samples);
AdaptivePoolingShape shape_of(const layer::AdaptiveAveragePool& pool, const GraphNode& node,
                              std::int64_t samples);
AttentionShape shape_of(const layer::Attention& attention, const GraphNode& node,
                        std::int64_t samples);
BatchNormShape batch_norm_shape(const GraphNode& node, std::int64_t samples);
// Of a norm or a loss: its input's last extent is a row.
RowNormShape rows_of(const GraphNode& node, std::int64_t samples);

}  // namespace palsim
