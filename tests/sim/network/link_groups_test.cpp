#include "sim/network/link_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/draws.hpp"

using namespace palsim;

namespace {

std::vector<std::uint32_t> members(const LinkGroups& groups, std::uint32_t group) {
  std::vector<std::uint32_t> links;
  groups.for_each(group, [&](std::uint32_t link) { links.push_back(link); });
  std::sort(links.begin(), links.end());
  return links;
}

}  // namespace

TEST_CASE("links are alone at first, and joined groups hold the links and flows of both") {
  LinkGroups groups(5);
  CHECK(members(groups, 3) == std::vector<std::uint32_t>{3});
  groups[1].flows = 2;
  groups[4].flows = 5;
  groups[4].gone = 1;
  const std::uint32_t joint = groups.join(4, 1);
  CHECK(groups.of(1) == joint);
  CHECK(groups.of(4) == joint);
  CHECK(members(groups, joint) == std::vector<std::uint32_t>{1, 4});
  CHECK(groups[joint].flows == 7);
  CHECK(groups[joint].gone == 1);
  CHECK(groups.join(1, 4) == joint);
  CHECK(groups[joint].flows == 7);
  groups.part({1, 4});
  CHECK(members(groups, 4) == std::vector<std::uint32_t>{4});
  CHECK(groups[1].flows == 0);
}

TEST_CASE("random joins give the groups that relabelling gives") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::uint32_t links = 1 + random() % 40;
    LinkGroups groups(links);
    std::vector<std::uint32_t> label(links);
    for (std::uint32_t link = 0; link < links; ++link) label[link] = link;
    for (std::uint32_t joins = random() % 40; joins > 0; --joins) {
      const std::uint32_t a = random() % links;
      const std::uint32_t b = random() % links;
      groups.join(a, b);
      const std::uint32_t replaced = label[a];
      const std::uint32_t kept = label[b];
      std::replace(label.begin(), label.end(), replaced, kept);
    }
    for (std::uint32_t link = 0; link < links; ++link) {
      std::vector<std::uint32_t> same;
      for (std::uint32_t other = 0; other < links; ++other) {
        if (label[other] == label[link]) same.push_back(other);
      }
      CHECK(members(groups, groups.of(link)) == same);
    }
  }
}
