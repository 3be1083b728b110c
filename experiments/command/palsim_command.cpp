#include "experiments/command/palsim_command.hpp"

#include "experiments/calibrate/calibrate_command.hpp"
#include "experiments/choose/choose_command.hpp"
#include "experiments/command/completion_command.hpp"
#include "experiments/command/manual_command.hpp"
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
namespace {

po::options_description described_options() {
  po::options_description options;
  options.add_options()("version", "show the version");
  return options;
}

}  // namespace

const Command& palsim_command() {
  static const Command command{
      .description =
          {.name = "",
           .brief = "predicts how long communication-efficient data-parallel training takes",
           .usage = "COMMAND ...",
           .summary =
               "palsim predicts how long communication-efficient data-parallel training takes:\n"
               "DDP, Local SGD, SlowMo, DiLoCo and PALSGD, on a given cluster, before the run.",
           .example = "palsim predict resnet50_imagenet_l40s",
           .positional = "command",
           .sections =
               {{"Environment",
                 "  PALSIM_HOME     the folder that holds topologies/, models/ and experiments/\n"
                 "  NO_COLOR        if set, no colours; they are for terminals only, unless TERM "
                 "is dumb\n"
                 "  CLICOLOR_FORCE  if set and not 0, colours elsewhere, too"},
                {"Exit status",
                 "  0  done\n"
                 "  2  something is wrong with the input: one line says what, and what to write\n"
                 "  1  anything else"}}},
      .options = described_options(),
      .subcommands = {predict_command(), sweep_command(), choose_command(), report_command(),
                      explore_command(), network_command(), calibrate_command(), import_command(),
                      theory_command(), train_command(), validate_command(), completion_command(),
                      manual_command()}};
  return command;
}

}  // namespace palsim
