// Collectives of workers that share a GPU: one kernel reads what all of them hold and writes what
// all of them get, each number once. Means are computed in a plan's order, so their bits are those
// that the plan's messages would give between CPUs.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/cuda/vectors/sum_program.hpp"
#include "sim/methods/wire_type.hpp"

namespace palsim::cuda {

// A sum's program, in the present GPU's memory.
class UploadedProgram {
 public:
  explicit UploadedProgram(const SumProgram& program);
  ~UploadedProgram();
  UploadedProgram(const UploadedProgram&) = delete;
  UploadedProgram& operator=(const UploadedProgram&) = delete;

  SumShape shape() const { return shape_; }
  int workers() const { return workers_; }
  int chunks() const { return chunks_; }
  const std::uint8_t* code() const { return code_; }

 private:
  SumShape shape_;
  int workers_;
  int chunks_;
  std::uint8_t* code_ = nullptr;
};

// Each of `count` numbers becomes its mean over the workers, whose vectors `values` lists by rank;
// none of them overlap. Wire types other than fp32 and bf16 do not come here. For each number it
// reads 4 bytes of each worker and writes as many, in bf16 too, to which they are rounded in
// between.
void combine_workers(const Context& context, const UploadedProgram& program, WireType wire,
                     std::int64_t count, float* const* values);

// The root's numbers, to all the others: for each number it reads 4 bytes once and writes them
// to all but the root.
void broadcast_workers(const Context& context, int workers, int root, std::int64_t count,
                       float* const* values);

}  // namespace palsim::cuda
