// Max-min fair rates with equal shares, kept up as flows come and go.
//
// Flow f crosses the links R(f); link l has capacity C(l). Rates x are feasible if no link carries
// more than its capacity: sum of x(f) over the flows f on l <= C(l). They are max-min fair if no
// rate can be raised without lowering one that is not larger. Equivalently (the bottleneck
// condition): every flow crosses a link that is saturated and on which no flow is faster. Such
// rates exist and are unique.
//
// Progressive filling finds them: raise all rates together until a link is full, which is the link
// of least C(l) / (flows on l); it *holds* its flows at that rate, its share; take them and what
// they use out of all links and go on with the rest. So a flow's rate is its holder's share.
//
// Filling need not look at single flows. Let n(l, m) be how many of the flows that l holds cross m:
// when l is full at share s, link m loses n(l, m) s of its capacity and n(l, m) of its undecided
// flows. Where flows come and go one at a time most are held by the same link as before, so the
// counts are kept, and only flows that change their holder are touched: a solution takes as many
// steps as there are counts above zero, however many flows there are.
//
// Nor need it look for the next full link among all. It takes those that were full before and those
// that flows were added to; if another turns out to be full in the end, it is taken too and the
// filling repeated. Links that are joined to none of these by flows, directly or through others,
// keep what they have.
//
// SimGrid's CM02 divides by latency instead; here shares are equal.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/network/link_groups.hpp"

namespace palsim {

using FlowId = std::uint32_t;

// Flow f crosses links hops[first_hop[f]], ..., hops[first_hop[f + 1] - 1]: at least one, none
// twice.
struct MaxMinProblem {
  std::vector<double> capacity_bytes_per_s;  // by link
  std::vector<std::uint32_t> first_hop{0};   // one more than there are flows
  std::vector<std::uint32_t> hops = {};
};

// Equal sets of flows get equal holders and shares, to the bit, whatever came before them.
class MaxMinShares {
 public:
  // `routes` names the capacities and the links that each flow crosses once it is added.
  explicit MaxMinShares(MaxMinProblem routes);

  FlowId flows() const { return static_cast<FlowId>(holder_.size()); }
  std::uint32_t links() const { return static_cast<std::uint32_t>(links_.size()); }

  // Neither takes effect before solve().
  void add(FlowId flow);
  void remove(FlowId flow);
  void solve();

  // The rate of flows that are not added is zero.
  double rate_bytes_per_s(FlowId flow) const;
  std::uint32_t holder(FlowId flow) const { return holder_[flow]; }
  double share_bytes_per_s(std::uint32_t link) const { return links_[link].share; }

  // Which flows may have another holder since the last solve(), and which links another share; some
  // may be named that have neither, and some twice.
  const std::vector<FlowId>& moved() const { return moved_; }
  const std::vector<std::uint32_t>& reshared() const { return reshared_; }

 private:
  struct Hop {
    std::uint32_t link;
    std::uint32_t place;  // in the link's list of flows
  };
  struct ListedHop {
    FlowId flow;
    std::uint32_t hop;
  };
  struct Count {
    std::uint32_t link;
    std::uint32_t flows;
  };
  struct Link {
    double share = 0;
    std::uint32_t held = 0;  // flows
    std::uint64_t full = 0;  // the last filling in which it was
    std::vector<ListedHop> flows = {};
    std::vector<Count> counts = {};  // of the flows that it holds, on all links that they cross

    std::vector<Count>::iterator count_on(std::uint32_t crossed);
  };
  // What a filling walks through, close together.
  struct Room {
    double capacity = 0;
    double left = 0;
    std::uint32_t flows = 0;
    std::uint32_t undecided = 0;
    bool may_be_full = false;  // was so after the last filling, or flows were added
  };
  struct Candidate {
    double share;  // at most the link's
    std::uint32_t link;
    bool operator>(const Candidate& other) const {
      return share != other.share ? share > other.share : link > other.link;
    }
  };

  std::uint32_t likely_holder(FlowId flow) const;
  void hold(std::uint32_t link, FlowId flow);
  void let_go(FlowId flow);
  void join_links(FlowId flow);
  void take_apart(std::uint32_t group);
  void fill(std::uint32_t group);
  void fill_up(std::uint32_t link);
  bool overlooked_a_full_link(std::uint32_t group);

  std::vector<Link> links_;
  std::vector<Room> rooms_;               // by link
  std::vector<std::uint32_t> first_hop_;  // by flow
  std::vector<Hop> hops_;
  std::vector<std::uint32_t> holder_;  // by flow

  LinkGroups groups_;
  std::vector<std::uint32_t> touched_;  // links
  std::uint64_t filling_ = 0;
  std::uint64_t solution_ = 0;
  std::vector<std::uint64_t> solved_;  // the last solution of the group of that number
  std::vector<Candidate> candidates_;  // a heap
  std::vector<std::uint32_t> tried_;   // links that were candidates
  std::vector<FlowId> moved_;
  std::vector<std::uint32_t> reshared_;
};

}  // namespace palsim
