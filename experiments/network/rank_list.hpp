// Ranks as people list them: "0-3,8".
#pragma once

#include <string>

#include "sim/collectives/ring_order.hpp"

namespace palsim {

// Throws InputError; `option` names what is wrong.
Order parse_ranks(const std::string& option, const std::string& text);

}  // namespace palsim
