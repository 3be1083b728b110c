#include "experiments/network/rank_list.hpp"

#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <vector>

#include "sim/core/error.hpp"

namespace palsim {

std::optional<Rank> parse_rank(std::string_view text) {
  constexpr Rank most = 1'000'000'000;
  Rank rank = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), rank);
  if (fault != std::errc() || end != text.data() + text.size() || rank < 0 || rank > most) {
    return std::nullopt;
  }
  return rank;
}

Order parse_ranks(const std::string& option, const std::string& text) {
  std::vector<std::string> parts;
  boost::split(parts, text, [](char c) { return c == ','; });
  Order ranks;
  for (const std::string& part : parts) {
    const std::size_t dash = part.find('-');
    const std::optional<Rank> first = parse_rank(std::string_view(part).substr(0, dash));
    const std::optional<Rank> last =
        dash == std::string::npos ? first : parse_rank(std::string_view(part).substr(dash + 1));
    constexpr std::size_t most = 10'000'000;
    require<InputError>(first && last && *first <= *last &&
                            ranks.size() + static_cast<std::size_t>(*last - *first) < most,
                        "--{} {}: '{}' is no rank and no range; write such as 0-3,8", option, text,
                        part);
    for (Rank rank = *first; rank <= *last; ++rank) ranks.push_back(rank);
  }
  return ranks;
}

}  // namespace palsim
