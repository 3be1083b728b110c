#include "experiments/command/palsim_command.hpp"

#include "experiments/calibrate/calibrate_command.hpp"
#include "experiments/choose/choose_command.hpp"
#include "experiments/explore/explore_command.hpp"
#include "experiments/import/import_command.hpp"
#include "experiments/network/network_command.hpp"
#include "experiments/predict/predict_command.hpp"
#include "experiments/report/report_command.hpp"
#include "experiments/sweep/sweep_command.hpp"
#include "experiments/theory/theory_command.hpp"
#include "experiments/train/train_command.hpp"
#include "experiments/validation/validate_command.hpp"

namespace palsim {

const Command& palsim_command() {
  static const Command command{
      .description =
          {.name = "",
           .brief = "predicts how long communication-efficient data-parallel training takes",
           .usage = "COMMAND ...",
           .summary =
               "palsim predicts how long communication-efficient data-parallel training takes.",
           .example = "",
           .positional = "command"},
      .subcommands = {predict_command(), sweep_command(), choose_command(), report_command(),
                      explore_command(), network_command(), calibrate_command(), import_command(),
                      theory_command(), train_command(), validate_command()}};
  return command;
}

}  // namespace palsim
