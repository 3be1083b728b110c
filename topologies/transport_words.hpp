// The words of a topology file's [transport], in the order of their enumerations.
#pragma once

#include <string>
#include <vector>

namespace palsim {

inline const std::vector<std::string> transport_kind_words{"ideal", "nccl", "measured"};
inline const std::vector<std::string> algorithm_words{"auto", "ring", "tree", "halving_doubling",
                                                      "hierarchical"};
inline const std::vector<std::string> protocol_words{"auto", "LL", "LL128", "Simple"};
inline const std::vector<std::string> node_links_words{"nvlink", "pcie"};
inline const std::vector<std::string> ring_order_words{"node_by_node", "interleaved"};

// The word of an enumerator.
template <class Enum>
const std::string& word_of(const std::vector<std::string>& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

}  // namespace palsim
