#include <algorithm>

#include "real/comm/sum_arithmetic.hpp"
#include "real/cuda/vectors/combine_workers.hpp"
#include "real/cuda/vectors/elementwise.cuh"

namespace palsim::cuda {
namespace {

struct Workers {
  float* values[most_workers];
  int count;
};

// A chunk's numbers are the work of so many blocks, one after the other.
struct Chunks {
  std::int64_t count;  // of numbers in all chunks
  int chunks;
  int blocks_each;

  __device__ int chunk() const { return static_cast<int>(blockIdx.x) / blocks_each; }
  __device__ int block() const { return static_cast<int>(blockIdx.x) % blocks_each; }
  __host__ __device__ std::int64_t begin(int chunk) const { return chunk * count / chunks; }
};

constexpr int threads = 256;
// Workers whose numbers are on their way at the same time.
constexpr int most_in_batch = 8;

template <int width>
using Floats = Pack<float, width>;

// The at-th pack from the number `first` on.
template <int width>
struct Place {
  std::int64_t first;
  std::int64_t at;
};

template <int width>
__device__ Floats<width> load(const float* values, Place<width> place) {
  return reinterpret_cast<const Floats<width>*>(values + place.first)[place.at];
}
template <int width>
__device__ void store(const Floats<width>& pack, float* values, Place<width> place) {
  reinterpret_cast<Floats<width>*>(values + place.first)[place.at] = pack;
}

// As the chunk's code lists them.
struct OrderedWorkers {
  const Workers& workers;
  const int* ranks;

  __device__ const float* operator[](int i) const { return workers.values[ranks[i]]; }
};

template <WireType wire, int width>
__device__ Floats<width> sum_of_packs(const Floats<width>& target, const Floats<width>& source) {
  Floats<width> sum;
#pragma unroll
  for (int i = 0; i < width; ++i) sum.at[i] = sum_of<wire>(target.at[i], source.at[i]);
  return sum;
}

// Of `size` workers from the first-th on, all on their way at the same time.
template <int size, int width>
struct Batch {
  __device__ Batch(const OrderedWorkers& workers, int first, Place<width> place) {
#pragma unroll
    for (int i = 0; i < size; ++i) packs[i] = load(workers[first + i], place);
  }

  Floats<width> packs[size];
};

template <WireType wire, int size, int width>
__device__ void add_to_chain(const OrderedWorkers& workers, int& next, Place<width> place,
                             Floats<width>& sum) {
  const Batch<size, width> batch(workers, next, place);
#pragma unroll
  for (int i = 0; i < size; ++i) sum = sum_of_packs<wire>(batch.packs[i], sum);
  next += size;
}

struct Chain {
  template <WireType wire, int width>
  static __device__ Floats<width> sum(const OrderedWorkers& workers, Place<width> place) {
    Floats<width> sum = load(workers[0], place);
    int next = 1;
    int left = workers.workers.count - 1;
    for (; left >= most_in_batch; left -= most_in_batch) {
      add_to_chain<wire, most_in_batch>(workers, next, place, sum);
    }
    if ((left & 4) != 0) add_to_chain<wire, 4>(workers, next, place, sum);
    if ((left & 2) != 0) add_to_chain<wire, 2>(workers, next, place, sum);
    if ((left & 1) != 0) add_to_chain<wire, 1>(workers, next, place, sum);
    return sum;
  }
};

template <WireType wire, int size, int width>
__device__ Floats<width> balanced_sum(const OrderedWorkers& workers, int first,
                                      Place<width> place) {
  Batch<size, width> batch(workers, first, place);
#pragma unroll
  for (int stride = 1; stride < size; stride *= 2) {
#pragma unroll
    for (int i = 0; i < size; i += 2 * stride) {
      batch.packs[i] = sum_of_packs<wire>(batch.packs[i], batch.packs[i + stride]);
    }
  }
  return batch.packs[0];
}

struct BalancedFour {
  template <WireType wire, int width>
  static __device__ Floats<width> sum(const OrderedWorkers& workers, Place<width> place) {
    return balanced_sum<wire, 4>(workers, 0, place);
  }
};

// Sums of eight, each kept until its other half is there.
struct Balanced {
  template <WireType wire, int width>
  static __device__ Floats<width> sum(const OrderedWorkers& workers, Place<width> place) {
    static_assert(most_workers == 8 * most_in_batch, "three levels above a batch");
    Floats<width> sum{};
    Floats<width> of_one{};
    Floats<width> of_two{};
    Floats<width> of_four{};
    for (int i = 0; i < workers.workers.count / most_in_batch; ++i) {
      sum = balanced_sum<wire, most_in_batch>(workers, i * most_in_batch, place);
      if ((i & 1) == 0) {
        of_one = sum;
        continue;
      }
      sum = sum_of_packs<wire>(of_one, sum);
      if ((i & 2) == 0) {
        of_two = sum;
        continue;
      }
      sum = sum_of_packs<wire>(of_two, sum);
      if ((i & 4) == 0) {
        of_four = sum;
        continue;
      }
      sum = sum_of_packs<wire>(of_four, sum);
    }
    return sum;
  }
};

template <class Order, WireType wire, int width>
__device__ void combine(const OrderedWorkers& workers, Place<width> place, float factor) {
  Floats<width> mean = Order::template sum<wire>(workers, place);
#pragma unroll
  for (int i = 0; i < width; ++i) mean.at[i] = mean_of<wire>(mean.at[i], factor);
#pragma unroll 4
  for (int i = 0; i < workers.workers.count; ++i) store(mean, workers.workers.values[i], place);
}

template <class Order, WireType wire, int width>
__global__ void __launch_bounds__(threads)
    combine_kernel(Workers workers, Chunks chunks, const std::uint8_t* code, float factor) {
  __shared__ int ranks[most_workers];
  const int chunk = chunks.chunk();
  const int thread = static_cast<int>(threadIdx.x);
  if (thread < workers.count) ranks[thread] = code[chunk * workers.count + thread];
  __syncthreads();
  const OrderedWorkers ordered{workers, ranks};
  const std::int64_t begin = chunks.begin(chunk);
  const std::int64_t end = chunks.begin(chunk + 1);
  const std::int64_t which = std::int64_t{chunks.block()} * threads + thread;
  if constexpr (width == 1) {
    if (begin + which < end) combine<Order, wire>(ordered, Place<1>{begin, which}, factor);
  } else {
    const PackedRange range = packed_range(end - begin, workers.values[0] + begin);
    const std::int64_t first = begin + range.head;
    if (which < range.packs) combine<Order, wire>(ordered, Place<width>{first, which}, factor);
    if (which < range.singles()) {
      combine<Order, wire>(ordered, Place<1>{first, range.single(which)}, factor);
    }
  }
}

constexpr int any_threads = 128;

// Every worker's number in shared memory: the additions may come in any order.
template <WireType wire>
__global__ void __launch_bounds__(any_threads)
    combine_any_kernel(Workers workers, Chunks chunks, const std::uint8_t* code, float factor) {
  __shared__ float numbers[most_workers][any_threads];
  const int thread = static_cast<int>(threadIdx.x);
  const int chunk = chunks.chunk();
  const std::int64_t at = chunks.begin(chunk) + std::int64_t{chunks.block()} * any_threads + thread;
  if (at >= chunks.begin(chunk + 1)) return;
#pragma unroll 8
  for (int worker = 0; worker < workers.count; ++worker) {
    numbers[worker][thread] = workers.values[worker][at];
  }
  const int additions = workers.count - 1;
  const std::uint8_t* next = code + 2 * additions * chunk;
  float sum = 0;
  for (int addition = 0; addition < additions; ++addition) {
    const int target = *next++;
    const int source = *next++;
    sum = sum_of<wire>(numbers[target][thread], numbers[source][thread]);
    numbers[target][thread] = sum;
  }
  const float mean = mean_of<wire>(sum, factor);
  for (int worker = 0; worker < workers.count; ++worker) workers.values[worker][at] = mean;
}

template <int width>
__device__ void spread(const Workers& workers, int root, Place<width> place) {
  const Floats<width> values = load(workers.values[root], place);
#pragma unroll 4
  for (int worker = 0; worker < workers.count; ++worker) {
    if (worker != root) store(values, workers.values[worker], place);
  }
}

template <int width>
__global__ void __launch_bounds__(threads)
    broadcast_kernel(Workers workers, int root, std::int64_t count) {
  const std::int64_t which = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if constexpr (width == 1) {
    if (which < count) spread(workers, root, Place<1>{0, which});
  } else {
    const PackedRange range = packed_range(count, workers.values[0]);
    if (which < range.packs) spread(workers, root, Place<width>{range.head, which});
    if (which < range.singles()) spread(workers, root, Place<1>{range.head, range.single(which)});
  }
}

Workers workers_with(int count, float* const* values) {
  Workers workers{};
  std::copy_n(values, count, workers.values);
  workers.count = count;
  return workers;
}

bool are_aligned_alike(const Workers& workers) {
  return std::all_of(workers.values, workers.values + workers.count, [&](const float* values) {
    return elements_before_pack(values) == elements_before_pack(workers.values[0]);
  });
}

// As many as the longest chunk needs, if a block does so many of its numbers.
Chunks chunks_of(const UploadedProgram& program, std::int64_t count, int numbers_a_block) {
  const std::int64_t longest = ceil_div(count, program.chunks());
  return {count, program.chunks(), static_cast<int>(ceil_div(longest, numbers_a_block))};
}

dim3 blocks_of(const Chunks& chunks) {
  return static_cast<unsigned>(chunks.chunks) * static_cast<unsigned>(chunks.blocks_each);
}

template <class Order, WireType wire>
void combine_ordered(const Context& context, const UploadedProgram& program, std::int64_t count,
                     const Workers& workers, float factor) {
  if (are_aligned_alike(workers)) {
    const Chunks chunks = chunks_of(program, count, threads * pack_width);
    launch(context, combine_kernel<Order, wire, pack_width>, {blocks_of(chunks), threads}, workers,
           chunks, program.code(), factor);
  } else {
    const Chunks chunks = chunks_of(program, count, threads);
    launch(context, combine_kernel<Order, wire, 1>, {blocks_of(chunks), threads}, workers, chunks,
           program.code(), factor);
  }
}

template <WireType wire>
void combine_all(const Context& context, const UploadedProgram& program, std::int64_t count,
                 const Workers& workers) {
  const float factor = 1 / static_cast<float>(workers.count);
  if (program.shape() == SumShape::chain) {
    combine_ordered<Chain, wire>(context, program, count, workers, factor);
  } else if (program.shape() == SumShape::any) {
    const Chunks chunks = chunks_of(program, count, any_threads);
    launch(context, combine_any_kernel<wire>, {blocks_of(chunks), any_threads}, workers, chunks,
           program.code(), factor);
  } else if (workers.count == 4) {
    combine_ordered<BalancedFour, wire>(context, program, count, workers, factor);
  } else {
    combine_ordered<Balanced, wire>(context, program, count, workers, factor);
  }
}

}  // namespace

UploadedProgram::UploadedProgram(const SumProgram& program)
    : shape_(program.shape), workers_(program.workers), chunks_(program.chunks) {
  if (program.code.empty()) return;
  check(cudaMalloc(reinterpret_cast<void**>(&code_), program.code.size()),
        "allocating memory for an order of sums");
  check(cudaMemcpy(code_, program.code.data(), program.code.size(), cudaMemcpyHostToDevice),
        "copying an order of sums to the GPU");
  // It may still be on its way, which streams that do not wait for this one would not know.
  check(cudaStreamSynchronize(nullptr), "copying an order of sums to the GPU");
}

UploadedProgram::~UploadedProgram() { cudaFree(code_); }

void combine_workers(const Context& context, const UploadedProgram& program, WireType wire,
                     std::int64_t count, float* const* values) {
  // A worker alone sends nothing, so nothing is rounded.
  if (count <= 0 || program.workers() == 1) return;
  const Workers workers = workers_with(program.workers(), values);
  if (wire == WireType::bf16) {
    combine_all<WireType::bf16>(context, program, count, workers);
  } else {
    combine_all<WireType::fp32>(context, program, count, workers);
  }
}

void broadcast_workers(const Context& context, int workers, int root, std::int64_t count,
                       float* const* values) {
  if (count <= 0 || workers == 1) return;
  const Workers all = workers_with(workers, values);
  const bool in_packs = are_aligned_alike(all);
  const std::int64_t blocks = ceil_div(count, in_packs ? threads * pack_width : threads);
  launch(context, in_packs ? broadcast_kernel<pack_width> : broadcast_kernel<1>,
         {static_cast<unsigned>(blocks), threads}, all, root, count);
}

}  // namespace palsim::cuda
