// Fits NCCL's cost model (nccl_cost.hpp) to measured times of one collective, size by size.
//
// Two factors come first: latencies times a, and over bandwidths b. All errors are logarithms of
// predicted over measured time, so that small sizes count as much as large ones, and beyond 10 %
// they count linearly (Huber's loss): NCCL may have switched its protocol elsewhere than the model
// does. For a given a b the best a is one number, so one dimension is left to search. What the
// measurements do not determine stays with the model's own proportion of a to 1/b.
//
// Where two factors do not do, corrections follow at a few of the measured sizes, one after another
// where each leaves the least squares (all sizes near a knot share it: that smooths noise), or at
// every size. They may also stand on the model as it is, without factors. Which of these forms is
// taken, cross-validation decides: the one that predicts sizes held out of the fit with the least
// mean error, unless one with less to fit is nearly as good.
#pragma once

#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/network/nccl_cost.hpp"

namespace palsim {

struct Measurement {
  Bytes size;
  Duration time;
};

// What was measured, where. The fit within the setting is not looked at.
struct MeasuredCollective {
  NcclSetting setting;
  Collective collective = Collective::all_reduce;
  Algorithm algorithm = Algorithm::automatic;
  Protocol protocol = Protocol::automatic;
};

// By measurement: predicted over measured time, less 1.
using FractionalErrors = std::vector<double>;
double mean_error(const FractionalErrors& errors);   // of absolute values
double worst_error(const FractionalErrors& errors);  // the largest absolute value

struct TransportFit {
  NcclFit fit;  // figures of six significant digits: a file that states them gives the same times
  std::vector<Duration> fitted;  // by measurement
  FractionalErrors error;
  // With that size left out of the fit, its form (how many corrections, on which factors) kept. Of
  // more than 32 sizes every 32nd is left out at once.
  FractionalErrors held_out_error;
  FractionalErrors prior_error;       // of the model alone
  FractionalErrors two_factor_error;  // of two factors alone
};

// `measurements` are by ascending size, at least two sizes, times above zero; else InternalError.
// Throws InputError if NCCL does not offer the protocol.
TransportFit fit_transport(const MeasuredCollective& measured,
                           const std::vector<Measurement>& measurements);

}  // namespace palsim
