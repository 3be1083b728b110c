// The frame of kernels that do the same to each element of flat vectors: each number is read and
// written once. A kernel is a body for single elements and the streams that it goes along:
//
//   struct Mix {
//     float rate;
//     __device__ void operator()(float global, float& x) const { x = mixed(rate, global, x); }
//   };
//   elementwise(context, count, Mix{rate}, read(global), read_write(x));
//
// The body takes what is read by value and the rest by reference; what is only written comes as
// anything. Streams are the same vector or do not overlap. Elements go in packs of four (a float4)
// where all streams are aligned alike, one by one at both ends and elsewhere.
#pragma once

#include <algorithm>
#include <cstdint>

#include "real/cuda/launch.cuh"

namespace palsim::cuda {

template <class Element, int width>
struct alignas(width * sizeof(Element)) Pack {
  Element at[width];
};

template <class Element>
struct ReadStream {
  const Element* data;
};
template <class Element>
struct WriteStream {
  Element* data;
};
template <class Element>
struct ReadWriteStream {
  Element* data;
};

template <class Element>
ReadStream<Element> read(const Element* data) {
  return {data};
}
template <class Element>
WriteStream<Element> write(Element* data) {
  return {data};
}
template <class Element>
ReadWriteStream<Element> read_write(Element* data) {
  return {data};
}

// The stream without its first elements.
template <template <class> class Stream, class Element>
Stream<Element> from(Stream<Element> stream, std::int64_t first) {
  return {stream.data + first};
}

constexpr int elementwise_threads = 256;
constexpr int pack_width = 4;

// Of a vector, `head` single elements, packs, and single elements up to its end. Places are counted
// from the first pack.
struct PackedRange {
  std::int64_t head = 0;
  std::int64_t packs = 0;
  std::int64_t count = 0;

  __host__ __device__ std::int64_t singles() const { return count - pack_width * packs; }
  // Where the which-th of the single elements is.
  __host__ __device__ std::int64_t single(std::int64_t which) const {
    return which < head ? which - head : which - head + pack_width * packs;
  }
};

// How many elements there are before the first whole pack, less than 4.
template <class Element>
__host__ __device__ inline std::int64_t elements_before_pack(const Element* data) {
  const auto address = reinterpret_cast<std::uintptr_t>(data);
  return static_cast<std::int64_t>(-(address / sizeof(Element)) % pack_width);
}

template <class Element>
__host__ __device__ inline PackedRange packed_range(std::int64_t count, const Element* data) {
  const std::int64_t before = elements_before_pack(data);
  const std::int64_t head = before < count ? before : count;
  return {head, (count - head) / pack_width, count};
}

// What a thread holds of a stream: the elements that it works on, all read before any is written.
template <class Element, int width, int units>
struct ReadLane {
  explicit __device__ ReadLane(ReadStream<Element> stream)
      : packs(reinterpret_cast<const Pack<Element, width>*>(stream.data)) {}
  __device__ void load(int unit, std::int64_t at) { held[unit] = packs[at]; }
  __device__ Element element(int unit, int at) const { return held[unit].at[at]; }
  __device__ void store(int, std::int64_t) const {}

  const Pack<Element, width>* packs;
  Pack<Element, width> held[units] = {};
};

template <class Element, int width, int units>
struct WriteLane {
  explicit __device__ WriteLane(WriteStream<Element> stream)
      : packs(reinterpret_cast<Pack<Element, width>*>(stream.data)) {}
  __device__ void load(int, std::int64_t) {}
  __device__ Element& element(int unit, int at) { return held[unit].at[at]; }
  __device__ void store(int unit, std::int64_t at) const { packs[at] = held[unit]; }

  Pack<Element, width>* packs;
  Pack<Element, width> held[units] = {};
};

template <class Element, int width, int units>
struct ReadWriteLane : WriteLane<Element, width, units> {
  using Base = WriteLane<Element, width, units>;
  explicit __device__ ReadWriteLane(ReadWriteStream<Element> stream)
      : Base(WriteStream<Element>{stream.data}) {}
  __device__ void load(int unit, std::int64_t at) { Base::held[unit] = Base::packs[at]; }
};

template <int width, int units, class Element>
__device__ ReadLane<Element, width, units> lane(ReadStream<Element> stream) {
  return ReadLane<Element, width, units>(stream);
}
template <int width, int units, class Element>
__device__ WriteLane<Element, width, units> lane(WriteStream<Element> stream) {
  return WriteLane<Element, width, units>(stream);
}
template <int width, int units, class Element>
__device__ ReadWriteLane<Element, width, units> lane(ReadWriteStream<Element> stream) {
  return ReadWriteLane<Element, width, units>(stream);
}

// `units` packs from `first` on, `stride` apart, as far as they lie before `end`.
template <int width, int units, class Body, class... Lanes>
__device__ void work(std::int64_t first, std::int64_t stride, std::int64_t end, const Body& body,
                     Lanes... lanes) {
#pragma unroll
  for (int unit = 0; unit < units; ++unit) {
    const std::int64_t at = first + unit * stride;
    if (at < end) (lanes.load(unit, at), ...);
  }
#pragma unroll
  for (int unit = 0; unit < units; ++unit) {
    const std::int64_t at = first + unit * stride;
    if (at < end) {
#pragma unroll
      for (int element = 0; element < width; ++element) body(lanes.element(unit, element)...);
      (lanes.store(unit, at), ...);
    }
  }
}

template <int units, class Body, class... Streams>
__global__ void __launch_bounds__(elementwise_threads)
    packs_kernel(PackedRange range, Body body, Streams... streams) {
  const std::int64_t thread = threadIdx.x;
  const std::int64_t first = std::int64_t{blockIdx.x} * elementwise_threads * units + thread;
  work<pack_width, units>(first, elementwise_threads, range.packs, body,
                          lane<pack_width, units>(streams)...);
  if (blockIdx.x == 0 && thread < range.singles()) {
    const std::int64_t at = range.single(thread);
    work<1, 1>(at, 1, at + 1, body, lane<1, 1>(streams)...);
  }
}

template <int units, class Body, class... Streams>
__global__ void __launch_bounds__(elementwise_threads)
    singles_kernel(std::int64_t count, Body body, Streams... streams) {
  const std::int64_t first = std::int64_t{blockIdx.x} * elementwise_threads * units + threadIdx.x;
  work<1, units>(first, elementwise_threads, count, body, lane<1, units>(streams)...);
}

template <class Element>
constexpr bool is_read(WriteStream<Element>*) {
  return false;
}
template <class Stream>
constexpr bool is_read(Stream*) {
  return true;
}

template <class Body, class Stream, class... Streams>
void elementwise(const Context& context, std::int64_t count, Body body, Stream stream,
                 Streams... streams) {
  if (count <= 0) return;
  // Four packs in flight hide the memory's latency, whichever streams they belong to.
  constexpr int reads =
      is_read(static_cast<Stream*>(nullptr)) + (0 + ... + is_read(static_cast<Streams*>(nullptr)));
  constexpr int units = reads == 0 ? 4 : (reads < 4 ? 4 / reads : 1);
  const bool aligned_alike =
      ((elements_before_pack(streams.data) == elements_before_pack(stream.data)) && ...);
  if (aligned_alike) {
    const PackedRange range = packed_range(count, stream.data);
    const std::int64_t blocks = ceil_div(range.packs, elementwise_threads * units);
    launch(context, packs_kernel<units, Body, Stream, Streams...>,
           {static_cast<unsigned>(std::max<std::int64_t>(blocks, 1)), elementwise_threads}, range,
           body, from(stream, range.head), from(streams, range.head)...);
  } else {
    constexpr int singles = units * pack_width;
    const std::int64_t blocks = ceil_div(count, elementwise_threads * singles);
    launch(context, singles_kernel<singles, Body, Stream, Streams...>,
           {static_cast<unsigned>(blocks), elementwise_threads}, count, body, stream, streams...);
  }
}

}  // namespace palsim::cuda
