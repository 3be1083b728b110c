// What the answers to both inverse questions share: many curves at once, and how they are told.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiments/inverse/inverse_answer.hpp"

namespace palsim {

using Outcomes = std::vector<MethodFigures>;

// What the setting's `solve` names.
Unknown solved_for(const InverseSetting& setting, const Experiment& experiment);

// Of how many of the experiment's numbers of workers it is asked: one, if they are the unknown.
std::size_t runs_asked(const Experiment& experiment, const Unknown& unknown);

// The answers that each curve gives once its grid is sampled, in the curves' order. Curves run in
// parallel if there are several; else the simulator's own runs do.
std::vector<InverseAnswer> answers_of(std::vector<Curve>& curves, const Progress& told,
                                      const std::function<std::vector<InverseAnswer>(Curve&)>& of);

// An answer about the curve's unknown, with its outcomes at `place` and nothing found yet.
InverseAnswer answer_at(Curve& curve, Place place);

// Takes `place` for the answer; `beside` is its neighbour on the other side of the change.
void find_at(InverseAnswer& answer, Curve& curve, Place place, std::optional<Place> beside);

// Says whether `figure` is monotone; `noun` is what it is, `figure_text` writes it.
void judge(InverseAnswer& answer, const Curve& curve, const Monotonicity& monotonicity,
           const std::string& noun, const std::function<std::string(double)>& figure_text);

}  // namespace palsim
