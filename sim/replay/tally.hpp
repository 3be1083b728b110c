// Where a worker's time goes.
#pragma once

namespace palsim {

// One worker's account of a run, or the mean over workers; gradient, other compute, communication
// and waiting add up to the wall clock.
struct Tally {
  double gradient_steps = 0;
  double mix_steps = 0;
  double synchronizations = 0;  // blocking averages, and synchronous steps
  double bytes_sent = 0;
  double gradient_s = 0;       // gradient steps, in the time they take on a shared device
  double other_compute_s = 0;  // mix and outer steps, loading data, stalls
  double mix_s = 0;            // mix steps alone, which are in it
  double communication_s = 0;  // exposed: not hidden behind compute
  double waiting_s = 0;        // for slower workers

  // A mean is a sum, which counts exactly, divided at the end.
  Tally& operator+=(const Tally& other);
  Tally& operator/=(double count);
  Tally& operator*=(double factor);
};

}  // namespace palsim
