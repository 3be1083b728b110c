// The collective operations, as NCCL names them. Their size is that of the whole buffer: of a
// reduce-scatter what each rank gives, of an all-gather what each ends with.
#pragma once

namespace palsim {

enum class Collective { all_reduce, reduce_scatter, all_gather, broadcast, point_to_point };

}  // namespace palsim
