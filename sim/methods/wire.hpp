// How a method puts tensors on the wire: in which number format, and in how many collectives.
#pragma once

#include <cstdint>

#include "sim/core/quantity.hpp"
#include "sim/core/table_reader.hpp"
#include "sim/methods/wire_type.hpp"

namespace palsim {

// The bytes of `elements` numbers on the wire; int4 packs two to a byte. Scales are not counted.
Bytes wire_bytes(std::int64_t elements, WireType type);

// One all-reduce of everything, one per parameter tensor, or one per DDP bucket.
enum class SyncLayout { flat, per_tensor, bucketed };

struct Wire {
  SyncLayout sync_layout = SyncLayout::flat;
  WireType sync_type = WireType::fp32;      // of the local methods' synchronization
  WireType gradient_type = WireType::fp32;  // of DDP's and the warm-up's gradients
  bool broadcast_buffers = true;            // as PyTorch's DDP, before each step's first forward
};

// The keys sync_layout and sync_dtype, gradient_dtype and broadcast_buffers of a method's table.
void read_sync_wire(TableReader& table, Wire& wire);
void read_gradient_wire(TableReader& table, Wire& wire);

}  // namespace palsim
