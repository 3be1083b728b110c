#include "experiments/command/warn.hpp"

#include <unistd.h>

#include <boost/algorithm/string/replace.hpp>

#include "experiments/command/messages.hpp"
#include "experiments/command/terminal.hpp"

namespace palsim {

void warn(const std::string& lines) {
  const std::string word = "warning: ";
  const std::string shown = toned("warning:", Tone::warning, style_of(STDERR_FILENO)) + ' ';
  say(boost::replace_all_copy(lines, word, shown));
}

}  // namespace palsim
