// Ranks as people list them: "0-3,8".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/collectives/ring_order.hpp"

namespace palsim {

// None for what is no whole number from 0 to a thousand million.
std::optional<Rank> parse_rank(std::string_view text);

// Throws InputError; `option` names what is wrong.
Order parse_ranks(const std::string& option, const std::string& text);

}  // namespace palsim
