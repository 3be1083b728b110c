// Words to the user on standard error, which may be closed or full: that is no fault of the run.
#pragma once

#include <cstdio>
#include <string>

namespace palsim {

inline void say(const std::string& text) { std::fputs(text.c_str(), stderr); }

}  // namespace palsim
