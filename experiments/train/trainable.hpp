// An experiment as the real worker needs it: its model as a graph, its data made or read, its
// methods as jobs.
#pragma once

#include "experiments/experiment/experiment.hpp"
#include "models/graph.hpp"
#include "real/training/training.hpp"

namespace palsim {

class Trainable {
 public:
  // Throws InputError if the experiment does not say how it is trained ([training], [data]), or the
  // data do not fit the model. The experiment outlives this, and this its jobs.
  explicit Trainable(const Experiment& experiment);

  // Of one method with one seed; checkpoints, reports and the rest are the caller's. The backend
  // outlives it.
  TrainingJob job(const Run& run, const LabelledMethod& method, Seed seed,
                  const Backend& backend) const;

 private:
  const Experiment& experiment_;
  ModelGraph graph_;
  std::unique_ptr<DataSet> data_;
  std::unique_ptr<DataSet> held_out_;  // null: none
};

}  // namespace palsim
