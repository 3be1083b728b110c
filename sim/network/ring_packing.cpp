#include "sim/network/ring_packing.hpp"

#include <algorithm>
#include <tuple>

namespace palsim {
namespace {

// Lays hop after hop, the widest first, and ring after ring, and goes back where no more fits.
// After a ring its reverse is tried, which fits where links are full duplex; then rings that come
// no earlier in the order of trying, at first the same once more.
class Packing {
 public:
  Packing(const NodeHops& hops, BytesPerSecond speed, PackingLimits limits)
      : hops_(hops), limits_(limits) {
    for (const BytesPerSecond rate : hops.rates) {
      left_.push_back(crossings_at(speed, rate, limits.rings * hops.workers));
    }
    lay_ring();
  }

  PackedRings found() && { return {std::move(found_), tries_}; }

 private:
  enum class Start { free, as_before };  // as_before: so far the ring equals the one before

  struct Laid {
    NodeRing ring;
    bool both_ways = false;
  };

  bool is_done() const {
    return tries_ >= limits_.tries ||
           (is_full() && latency_found_ <= hops_.least_ring_latency * limits_.rings);
  }
  bool is_full() const { return static_cast<std::int64_t>(found_.size()) == limits_.rings; }

  bool lay(const Route& hop) {
    if (tries_ >= limits_.tries) return false;
    ++tries_;
    if (hop.links.empty()) return false;
    const Duration to_come = hops_.least_latency * (limits_.rings * hops_.workers - hops_laid_ - 1);
    if (is_full() && latency_ + hop.latency + to_come >= latency_found_) return false;
    for (auto link = hop.links.begin(); link != hop.links.end(); ++link) {
      if (left_[*link] == 0) {
        while (link != hop.links.begin()) ++left_[*--link];
        return false;
      }
      --left_[*link];
    }
    ++hops_laid_;
    latency_ += hop.latency;
    return true;
  }

  void lift(const Route& hop) {
    for (const LinkId link : hop.links) ++left_[link];
    --hops_laid_;
    latency_ -= hop.latency;
  }

  void lay_ring() {
    if (rings_ == limits_.rings) return;
    laid_.push_back({.ring = {0}});
    is_on_ring_.assign(static_cast<std::size_t>(hops_.workers), 0);
    is_on_ring_[0] = 1;
    lay_from(0, laid_.size() > 1 ? Start::as_before : Start::free);
    is_on_ring_.assign(static_cast<std::size_t>(hops_.workers), 1);
    laid_.pop_back();
  }

  void lay_from(std::int64_t worker, Start start) {
    const std::size_t place = laid_.back().ring.size();
    if (static_cast<std::int64_t>(place) == hops_.workers) {
      const Route& home = hops_.hop(worker, 0);
      if (!lay(home)) return;
      complete();
      lift(home);
      return;
    }
    for (const std::int64_t next : hops_.widest[worker]) {
      if (is_on_ring_[next]) continue;
      const bool as_before =
          start == Start::as_before && next == laid_[laid_.size() - 2].ring[place];
      if (start == Start::as_before && !as_before) continue;
      start = Start::free;  // for those that come after it
      const Route& hop = hops_.hop(worker, next);
      if (lay(hop)) {
        laid_.back().ring.push_back(next);
        is_on_ring_[next] = 1;
        lay_from(next, as_before ? Start::as_before : Start::free);
        is_on_ring_[next] = 0;
        laid_.back().ring.pop_back();
        lift(hop);
      }
      if (is_done()) return;
    }
  }

  void complete() {
    ++rings_;
    keep_if_best();
    if (rings_ < limits_.rings && lay_reverse()) {
      ++rings_;
      laid_.back().both_ways = true;
      keep_if_best();
      if (!is_done()) lay_ring();
      laid_.back().both_ways = false;
      --rings_;
      hops_.for_each_hop(reverse(laid_.back().ring), [&](const Route& hop) { lift(hop); });
    }
    if (!is_done()) lay_ring();
    --rings_;
  }

  static NodeRing reverse(NodeRing ring) {
    std::reverse(ring.begin() + 1, ring.end());
    return ring;
  }

  bool lay_reverse() {
    if (hops_.workers == 2) return false;  // a ring of two is its own reverse
    std::vector<const Route*> laid;
    bool fits = true;
    hops_.for_each_hop(reverse(laid_.back().ring), [&](const Route& hop) {
      fits = fits && lay(hop);
      if (fits) laid.push_back(&hop);
    });
    if (!fits) {
      for (const Route* hop : laid) lift(*hop);
    }
    return fits;
  }

  void keep_if_best() {
    const auto most = static_cast<std::int64_t>(found_.size());
    if (std::tuple(-rings_, latency_) >= std::tuple(-most, latency_found_)) return;
    latency_found_ = latency_;
    found_.clear();
    for (const Laid& laid : laid_) {
      found_.push_back(laid.ring);
      if (laid.both_ways) found_.push_back(reverse(laid.ring));
    }
  }

  const NodeHops& hops_;
  PackingLimits limits_;
  std::vector<std::int64_t> left_;  // crossings, by directed link
  std::vector<Laid> laid_;          // the last one perhaps not complete
  std::vector<char> is_on_ring_;    // of the last one
  std::int64_t rings_ = 0;          // complete ones, reverses counted
  std::int64_t hops_laid_ = 0;
  Duration latency_;
  std::vector<NodeRing> found_;
  Duration latency_found_;
  std::int64_t tries_ = 0;
};

}  // namespace

std::int64_t crossings_at(BytesPerSecond speed, BytesPerSecond rate, std::int64_t most) {
  // Speeds are quotients of rates: a whole number may come out a rounding below itself.
  const double crossings = rate / speed * (1 + 1e-9);
  return crossings < static_cast<double>(most) ? static_cast<std::int64_t>(crossings) : most;
}

std::int64_t most_rings_at(const NodeHops& hops, BytesPerSecond speed, std::int64_t most) {
  std::int64_t rings = most;
  for (const NodeHops::Cut& cut : hops.cuts) {
    std::int64_t crossings = 0;
    for (const LinkId link : cut) crossings += crossings_at(speed, hops.rates[link], most);
    rings = std::min(rings, crossings);
  }
  return rings;
}

PackedRings pack_rings(const NodeHops& hops, BytesPerSecond speed, PackingLimits limits) {
  return Packing(hops, speed, limits).found();
}

}  // namespace palsim
