// The collective operations, as NCCL names them. Their size S is that of the whole buffer: of a
// reduce-scatter what each rank gives, of an all-gather what each ends with.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace palsim {

enum class Collective { all_reduce, reduce_scatter, all_gather, broadcast, point_to_point };

inline std::string_view name_of(Collective collective) {
  constexpr std::array<std::string_view, 5> names{"all_reduce", "reduce_scatter", "all_gather",
                                                  "broadcast", "point_to_point"};
  return names[static_cast<std::size_t>(collective)];
}

// Bus bandwidth over algorithm bandwidth S / time (nccl-tests, doc/PERFORMANCE.md): what each rank
// has to send, in units of S, so that the figure can be laid beside the links' rates.
inline double bus_factor(Collective collective, std::int64_t ranks) {
  const auto n = static_cast<double>(ranks);
  switch (collective) {
    case Collective::all_reduce:
      return 2 * (n - 1) / n;
    case Collective::reduce_scatter:
    case Collective::all_gather:
      return (n - 1) / n;
    case Collective::broadcast:
    case Collective::point_to_point:
      break;
  }
  return 1;
}

}  // namespace palsim
