#include "sim/network/max_min.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();

}  // namespace

std::vector<MaxMinShares::Count>::iterator MaxMinShares::Link::count_on(std::uint32_t crossed) {
  return std::lower_bound(counts.begin(), counts.end(), crossed,
                          [](const Count& count, std::uint32_t link) { return count.link < link; });
}

MaxMinShares::MaxMinShares(MaxMinProblem routes)
    : links_(routes.capacity_bytes_per_s.size()),
      rooms_(links_.size()),
      first_hop_(std::move(routes.first_hop)),
      holder_(first_hop_.size() - 1, nobody),
      groups_(links_.size()),
      solved_(links_.size()) {
  for (std::size_t link = 0; link < links_.size(); ++link) {
    rooms_[link].capacity = routes.capacity_bytes_per_s[link];
  }
  hops_.reserve(routes.hops.size());
  for (const std::uint32_t link : routes.hops) hops_.push_back({link, 0});
}

double MaxMinShares::rate_bytes_per_s(FlowId flow) const {
  return holder_[flow] == nobody ? 0 : links_[holder_[flow]].share;
}

// The link that would give it least as things stand.
std::uint32_t MaxMinShares::likely_holder(FlowId flow) const {
  double least = std::numeric_limits<double>::infinity();
  std::uint32_t likely = nobody;
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    const Link& link = links_[hops_[hop].link];
    const Room& room = rooms_[hops_[hop].link];
    const double share = link.held > 0 ? link.share : room.capacity / room.flows;
    if (share >= least) continue;
    least = share;
    likely = hops_[hop].link;
  }
  return likely;
}

void MaxMinShares::hold(std::uint32_t link, FlowId flow) {
  holder_[flow] = link;
  ++links_[link].held;
  Link& holding = links_[link];
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    const std::uint32_t crossed = hops_[hop].link;
    const auto at = holding.count_on(crossed);
    if (at != holding.counts.end() && at->link == crossed) {
      ++at->flows;
    } else {
      holding.counts.insert(at, {crossed, 1});
    }
  }
}

void MaxMinShares::let_go(FlowId flow) {
  Link& link = links_[holder_[flow]];
  holder_[flow] = nobody;
  --link.held;
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    const auto at = link.count_on(hops_[hop].link);
    if (--at->flows == 0) link.counts.erase(at);
  }
}

void MaxMinShares::join_links(FlowId flow) {
  std::uint32_t group = groups_.of(hops_[first_hop_[flow]].link);
  for (std::uint32_t hop = first_hop_[flow] + 1; hop < first_hop_[flow + 1]; ++hop) {
    group = groups_.join(group, hops_[hop].link);
  }
  ++groups_[group].flows;
}

void MaxMinShares::add(FlowId flow) {
  require(holder_[flow] == nobody, "flow {} is added twice", flow);
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    Link& link = links_[hops_[hop].link];
    hops_[hop].place = static_cast<std::uint32_t>(link.flows.size());
    link.flows.push_back({flow, hop});
    Room& room = rooms_[hops_[hop].link];
    ++room.flows;
    room.may_be_full = true;
  }
  hold(likely_holder(flow), flow);
  join_links(flow);
  touched_.push_back(hops_[first_hop_[flow]].link);
}

void MaxMinShares::remove(FlowId flow) {
  require(holder_[flow] != nobody, "flow {} is removed twice", flow);
  let_go(flow);
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    Link& link = links_[hops_[hop].link];
    const ListedHop last = link.flows.back();
    link.flows.pop_back();
    --rooms_[hops_[hop].link].flows;
    if (last.hop == hop) continue;
    link.flows[hops_[hop].place] = last;
    hops_[last.hop].place = hops_[hop].place;
  }
  LinkGroups::Group& group = groups_[groups_.of(hops_[first_hop_[flow]].link)];
  --group.flows;
  ++group.gone;
  // Without it, what it joined may be several groups.
  for (std::uint32_t hop = first_hop_[flow]; hop < first_hop_[flow + 1]; ++hop) {
    touched_.push_back(hops_[hop].link);
  }
}

// Its flows say anew which links belong together.
void MaxMinShares::take_apart(std::uint32_t group) {
  std::vector<std::uint32_t> members;
  groups_.for_each(group, [&](std::uint32_t link) { members.push_back(link); });
  groups_.part(members);
  for (const std::uint32_t link : members) {
    for (const ListedHop& listed : links_[link].flows) {
      if (listed.hop == first_hop_[listed.flow]) join_links(listed.flow);
    }
  }
}

// The link is full: it holds all flows on it that no other holds at less.
void MaxMinShares::fill_up(std::uint32_t id) {
  Link& link = links_[id];
  const Room& room = rooms_[id];
  link.full = filling_;
  for (std::size_t at = 0; link.held < room.undecided; ++at) {
    const FlowId flow = link.flows[at].flow;
    if (links_[holder_[flow]].full == filling_) continue;
    let_go(flow);
    hold(id, flow);
    moved_.push_back(flow);
  }
  const double share = room.left / room.undecided;
  if (link.share != share) {
    link.share = share;
    reshared_.push_back(id);
  }
  for (const Count& count : link.counts) {
    Room& crossed = rooms_[count.link];
    // Rounding may go below zero.
    crossed.left = std::max(0.0, crossed.left - count.flows * share);
    crossed.undecided -= count.flows;
  }
}

// Fills up candidates until all flows are decided: each is on one, as its holder is.
void MaxMinShares::fill(std::uint32_t group) {
  ++filling_;
  candidates_.clear();
  tried_.clear();
  groups_.for_each(group, [&](std::uint32_t id) {
    Room& room = rooms_[id];
    room.left = room.capacity;
    room.undecided = room.flows;
    if (!room.may_be_full) return;
    tried_.push_back(id);
    if (room.flows > 0) candidates_.push_back({room.capacity / room.flows, id});
  });
  std::make_heap(candidates_.begin(), candidates_.end(), std::greater<>());
  for (std::uint32_t undecided = groups_[group].flows; undecided > 0;) {
    std::pop_heap(candidates_.begin(), candidates_.end(), std::greater<>());
    Candidate& least = candidates_.back();
    const Room& room = rooms_[least.link];
    if (room.undecided > 0) {
      const double share = room.left / room.undecided;
      if (share > least.share) {  // it rose as others were filled up
        least.share = share;
        if (least > candidates_.front()) {
          std::push_heap(candidates_.begin(), candidates_.end(), std::greater<>());
          continue;
        }
      }
      undecided -= room.undecided;
      fill_up(least.link);
    }
    candidates_.pop_back();
  }
}

// Whether a link is full that was no candidate, and now becomes one.
bool MaxMinShares::overlooked_a_full_link(std::uint32_t group) {
  const auto is_full = [](const Room& room) { return room.left <= 1e-12 * room.capacity; };
  bool overlooked = false;
  groups_.for_each(group, [&](std::uint32_t id) {
    Room& room = rooms_[id];
    if (room.may_be_full || !is_full(room)) return;
    room.may_be_full = true;
    overlooked = true;
  });
  if (overlooked) return true;
  for (const std::uint32_t id : tried_) rooms_[id].may_be_full = is_full(rooms_[id]);
  return false;
}

void MaxMinShares::solve() {
  moved_.clear();
  reshared_.clear();
  for (const std::uint32_t link : touched_) {
    const std::uint32_t group = groups_.of(link);
    if (groups_[group].gone > groups_[group].flows) take_apart(group);
  }
  ++solution_;
  for (const std::uint32_t link : touched_) {
    const std::uint32_t group = groups_.of(link);
    if (solved_[group] == solution_) continue;
    solved_[group] = solution_;
    do {
      fill(group);
    } while (overlooked_a_full_link(group));
  }
  touched_.clear();
}

}  // namespace palsim
