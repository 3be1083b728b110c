// The answer of `palsim choose`: candidates in their order, with the evidence.
#pragma once

#include <string>
#include <vector>

#include "experiments/choose/sensitivity.hpp"
#include "experiments/command/text_report.hpp"

namespace palsim {

struct Choice {
  std::string experiment;
  std::string cluster;
  std::string model;
  Question question;
  std::string losses;             // where they are from; empty: quality was not asked for
  std::vector<Outcome> outcomes;  // ranked
  std::vector<ParetoPoint> pareto;
  std::vector<Variation> sensitivity;  // none where nothing can be chosen

  // Whether there is one: the first outcome.
  bool found() const { return is_eligible(outcomes.front(), question); }
};

// A ranked table, the front, the sensitivity, and a paragraph: the choice, why, and how sure it is.
TextReport table_report(const Choice& choice);
// {question, losses, choice, cells, pareto, sensitivity}; what is never reached is null.
std::string json_report(const Choice& choice);
// The paragraph alone.
std::string verdict(const Choice& choice);

}  // namespace palsim
