#include "sim/replay/work_clock.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {

void WorkClock::advance_to(double work_ns, double slowdown) {
  const Knot last = knots_.back();
  if (work_ns <= last.work_ns) return;
  knots_.push_back({work_ns, last.time_ns + (work_ns - last.work_ns) * slowdown});
}

double WorkClock::time_ns_at(double work_ns) const {
  const auto above =
      std::lower_bound(knots_.begin(), knots_.end(), work_ns,
                       [](const Knot& knot, double wanted_ns) { return knot.work_ns < wanted_ns; });
  require(above != knots_.end(), "{} ns of work on a shared device, of which {} are laid out",
          work_ns, this->work_ns());
  if (above->work_ns == work_ns) return above->time_ns;
  const Knot& below = *(above - 1);
  const double share = (work_ns - below.work_ns) / (above->work_ns - below.work_ns);
  return below.time_ns + share * (above->time_ns - below.time_ns);
}

void share_device(std::span<const double> works_ns, const DeviceSharing& sharing,
                  WorkClock& clock) {
  clock.restart();
  auto busy = static_cast<Rank>(works_ns.size());
  for (const double work_ns : works_ns) clock.advance_to(work_ns, sharing.slowdown(busy--));
}

}  // namespace palsim
