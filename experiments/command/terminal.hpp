// What standard output or standard error leads to.
#pragma once

#include "experiments/command/text_style.hpp"

namespace palsim {

// Colours on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb; with
// CLICOLOR_FORCE also elsewhere. A terminal's text is as wide as the terminal.
TextStyle style_of(int descriptor);

}  // namespace palsim
