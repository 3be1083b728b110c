// When a worker on a shared device has done how much of its work. All workers of a node leave a
// meeting at one instant and share the device equally, so the time T(w) after which work w is done
// is the same for all that have so much to do: increasing, and linear between the amounts at which
// one of them is through, with the slope n / throughput(n) where n have more to do.
#pragma once

#include <span>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/replay/device_sharing.hpp"

namespace palsim {

// A value that is reused from meeting to meeting, so that none allocates.
class WorkClock {
 public:
  void restart() { knots_.assign(1, {}); }
  // The work up to `work_ns` takes `slowdown` times its nominal time; none if it is done already.
  void advance_to(double work_ns, double slowdown);
  double work_ns() const { return knots_.back().work_ns; }
  double time_ns() const { return knots_.back().time_ns; }

  // T(work), of work that has been laid out.
  double time_ns_at(double work_ns) const;
  Duration at(Duration work) const {
    return Duration::rounded_nanoseconds(time_ns_at(static_cast<double>(work.count_ns())));
  }

 private:
  struct Knot {
    double work_ns = 0;
    double time_ns = 0;
  };
  std::vector<Knot> knots_{1};
};

// Restarts the clock, and lays out the work of a node's workers, given in ascending order.
void share_device(std::span<const double> works_ns, const DeviceSharing& sharing, WorkClock& clock);

}  // namespace palsim
