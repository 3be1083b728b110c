#include "sim/collectives/point_to_point.hpp"

namespace palsim {

Plan point_to_point(std::int64_t ranks, Rank source, Rank target) {
  Plan plan{.ranks = ranks,
            .channels = {{.stages = {{.sends = {{.source = source, .target = target}}}}}}};
  check(plan);
  return plan;
}

}  // namespace palsim
