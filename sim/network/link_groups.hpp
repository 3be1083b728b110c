// Links that flows join, directly or through others, as disjoint sets (union by size, path
// halving). Sets are joined at once; whoever uses them takes one apart and joins it anew when
// enough flows have gone from it, so in between a set may be too large.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace palsim {

class LinkGroups {
 public:
  explicit LinkGroups(std::size_t links) : parent_(links), next_(links), group_(links) {
    std::iota(parent_.begin(), parent_.end(), 0U);
    std::iota(next_.begin(), next_.end(), 0U);
  }

  struct Group {
    std::uint32_t links = 1;
    std::uint32_t flows = 0;
    std::uint32_t gone = 0;  // flows, since it was last taken apart
  };

  // The group's number: one of its links.
  std::uint32_t of(std::uint32_t link) {
    while (parent_[link] != link) {
      parent_[link] = parent_[parent_[link]];
      link = parent_[link];
    }
    return link;
  }
  Group& operator[](std::uint32_t group) { return group_[group]; }

  // Returns the joint group.
  std::uint32_t join(std::uint32_t a, std::uint32_t b) {
    a = of(a);
    b = of(b);
    if (a == b) return a;
    if (group_[a].links < group_[b].links) std::swap(a, b);
    parent_[b] = a;
    std::swap(next_[a], next_[b]);  // two rings become one
    group_[a].links += group_[b].links;
    group_[a].flows += group_[b].flows;
    group_[a].gone += group_[b].gone;
    return a;
  }

  // Visits the links of the group; `visit` must not change the groups.
  template <class Visit>
  void for_each(std::uint32_t group, Visit visit) const {
    std::uint32_t link = group;
    do {
      visit(link);
      link = next_[link];
    } while (link != group);
  }

  // Leaves each of these links, all that there are in their groups, alone and without flows.
  void part(const std::vector<std::uint32_t>& links) {
    for (const std::uint32_t link : links) {
      parent_[link] = link;
      next_[link] = link;
      group_[link] = {};
    }
  }

 private:
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> next_;  // a ring through each group
  std::vector<Group> group_;         // of those that are their own parents
};

}  // namespace palsim
