#include "experiments/validation/nccl_fit.hpp"

#include <map>

#include "tests/experiments/validation/committed.hpp"

using namespace palsim;

namespace {

const Validation& rows() {
  static const Validation all = validate_nccl_fit(validation_folder("nccl"));
  return all;
}

}  // namespace

TEST_CASE("nccl predicts the rows that are committed") {
  CHECK(validation_csv(rows()) == committed_rows("nccl"));
}

TEST_CASE("every second size is held out of the fit, and each size is predicted twice") {
  std::map<std::string, std::vector<std::string>> roles;
  for (const ValidationRow& row : rows().rows) {
    roles[cell<std::string>(rows(), row, "set")].push_back(row.group);
  }
  CHECK(roles.size() == 8);
  for (const auto& [set, groups] : roles) {
    CAPTURE(set);
    const std::size_t sizes = groups.size() / 2;
    for (std::size_t at = 0; at < sizes; ++at) {
      CHECK(groups[at] == "priors alone");
      CHECK(groups[sizes + at] == (at % 2 == 0 ? "fitted to it" : "held out of the fit"));
    }
  }
}

TEST_CASE("a fit predicts sizes that it has not seen better than the priors do") {
  std::map<std::string, double> mean;
  for (const GroupSummary& group : summary_of(rows())) mean[group.group] = group.mean_error;
  CHECK(mean["held out of the fit"] < 0.1);
  CHECK(mean["held out of the fit"] < mean["priors alone"] / 2);
}
