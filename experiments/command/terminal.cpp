#include "experiments/command/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace palsim {
namespace {

std::string_view setting(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

bool shows_colours(bool is_terminal) {
  if (!setting("NO_COLOR").empty()) return false;
  const std::string_view forced = setting("CLICOLOR_FORCE");
  if (!forced.empty() && forced != "0") return true;
  return is_terminal && !setting("TERM").empty() && setting("TERM") != "dumb";
}

}  // namespace

TextStyle style_of(int descriptor) {
  constexpr std::size_t least_width = 40;
  const bool is_terminal = isatty(descriptor) != 0;
  TextStyle style;
  if (shows_colours(is_terminal)) style.colours = Colours::ansi;
  winsize size{};
  if (is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.width = std::max<std::size_t>(size.ws_col, least_width);
  }
  return style;
}

}  // namespace palsim
