#include "tests/peers/simgrid_peer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <exception>
#include <functional>
#include <limits>
#include <map>
#include <simgrid/s4u.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace palsim {
namespace {

namespace sg = simgrid::s4u;

// CM02 with equal shares and the full bandwidth.
class Engine {
 public:
  explicit Engine(SimGridPrecision precision) : engine_(&count_, arguments_.data()) {
    for (const char* setting :
         {"network/model:CM02", "network/TCP-gamma:0", "network/crosstraffic:0",
          "network/weight-S:0", "network/bandwidth-factor:1", "network/latency-factor:1"}) {
      sg::Engine::set_config(setting);
    }
    if (precision == SimGridPrecision::usual) return;
    sg::Engine::set_config("surf/precision:1e-12");
    sg::Engine::set_config("maxmin/precision:1e-9");
  }

  // Returns the seconds of wall clock that it took.
  double run() {
    const auto start = std::chrono::steady_clock::now();
    engine_.run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

 private:
  std::string name_ = "palsim";
  std::string quiet_ = "--log=root.thres:error";
  int count_ = 2;
  std::array<char*, 3> arguments_{name_.data(), quiet_.data(), nullptr};
  sg::Engine engine_;
};

// The ranks as hosts, and links without latency; routes are added as they are used.
class Platform {
 public:
  explicit Platform(const Network& network)
      : network_(network), zone_(sg::create_full_zone("world")) {
    for (Rank rank = 0; rank < network.ranks(); ++rank) {
      hosts_.push_back(zone_->create_host("host" + std::to_string(rank), 1e9));
    }
  }

  void add_route(Rank source, Rank target) {
    if (!routed_.emplace(std::pair(source, target), true).second) return;
    std::vector<sg::LinkInRoute> links;
    for (const LinkId id : network_.route(source, target).links) {
      const auto [at, is_new] = links_.try_emplace(id, nullptr);
      if (is_new) {
        at->second =
            zone_->create_link("link" + std::to_string(id), network_.bandwidth(id).count());
        at->second->set_latency(0.0)->seal();
      }
      links.emplace_back(at->second);
    }
    zone_->add_route(host(source)->get_netpoint(), host(target)->get_netpoint(), nullptr, nullptr,
                     links, false);
  }

  void seal() { zone_->seal(); }
  sg::Host* host(Rank rank) const { return hosts_[static_cast<std::size_t>(rank)]; }

 private:
  const Network& network_;
  sg::NetZone* zone_;
  std::vector<sg::Host*> hosts_;
  std::map<LinkId, sg::Link*> links_;
  std::map<std::pair<Rank, Rank>, bool> routed_;
};

// A message of a plan, as its two ends know it.
struct Message {
  Rank source = 0;  // the network's
  Rank target = 0;
  std::int64_t first = 0;  // repetitions first, ..., end - 1
  std::int64_t end = 0;
  std::uint64_t bytes = 0;
  double latency_s = 0;
  int entered = 0;  // ends
  std::array<sg::SemaphorePtr, 2> arrived = {};
};

// What one rank does in one channel.
struct Chain {
  double start_s = 0;
  Rank rank = 0;
  std::vector<std::vector<Message*>> stages = {};
  sg::SemaphorePtr arrived = {};
};

// Each message needs both its ends; whoever enters last sends it on its way.
void take_part(const Platform& platform, const Chain& chain, double& end_s) {
  sg::this_actor::sleep_until(chain.start_s);
  for (const std::vector<Message*>& messages : chain.stages) {
    std::int64_t first = std::numeric_limits<std::int64_t>::max();
    std::int64_t end = 0;
    for (const Message* message : messages) {
      first = std::min(first, message->first);
      end = std::max(end, message->end);
    }
    for (std::int64_t repetition = first; repetition < end; ++repetition) {
      int pending = 0;
      for (Message* message : messages) {
        if (repetition < message->first || repetition >= message->end) continue;
        ++pending;
        if (++message->entered < 2) continue;
        message->entered = 0;
        sg::Actor::create("message", platform.host(message->source), [&platform, message] {
          sg::this_actor::sleep_for(message->latency_s);
          sg::Comm::sendto(platform.host(message->source), platform.host(message->target),
                           message->bytes);
          for (const sg::SemaphorePtr& arrived : message->arrived) arrived->release();
        });
      }
      for (; pending > 0; --pending) chain.arrived->acquire();
    }
  }
  end_s = std::max(end_s, sg::Engine::get_clock());
}

class PlanActors {
 public:
  PlanActors(const Network& network, Platform& platform, const PlacedPlan& placed) {
    const Plan& plan = placed.plan;
    for (const Channel& channel : plan.channels) {
      std::vector<Chain>& of_rank = channels_.emplace_back();
      for (Rank rank = 0; rank < plan.ranks; ++rank) {
        of_rank.push_back({start_of(placed, rank).in_seconds(), network_rank(placed, rank)});
        of_rank.back().arrived = sg::Semaphore::create(0);
      }
      for (const Stage& stage : channel.stages) {
        for (Rank rank = 0; rank < plan.ranks; ++rank) of_rank[rank].stages.emplace_back();
        for (const Send& send : stage.sends) {
          const Rank source = network_rank(placed, send.source);
          const Rank target = network_rank(placed, send.target);
          platform.add_route(source, target);
          messages_.push_back(
              {source, target, send.lag, send.lag + stage.repeat,
               static_cast<std::uint64_t>(placed.bytes.count() / plan.chunks * send.chunks),
               network.route(source, target).latency.in_seconds()});
          messages_.back().arrived = {of_rank[send.source].arrived, of_rank[send.target].arrived};
          of_rank[send.source].stages.back().push_back(&messages_.back());
          of_rank[send.target].stages.back().push_back(&messages_.back());
        }
      }
    }
    for (Rank rank = 0; rank < plan.ranks; ++rank) {
      end_s_ = std::max(end_s_, start_of(placed, rank).in_seconds());
    }
  }

  void start(const Platform& platform) {
    for (const std::vector<Chain>& chains : channels_) {
      for (const Chain& chain : chains) {
        sg::Actor::create("rank", platform.host(chain.rank),
                          [this, &platform, &chain] { take_part(platform, chain, end_s_); });
      }
    }
  }

  double end_s() const { return end_s_; }

 private:
  std::deque<std::vector<Chain>> channels_;
  std::deque<Message> messages_;
  double end_s_ = 0;
};

void write_all(int file, const std::vector<double>& values) {
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  for (std::size_t left = values.size() * sizeof(double); left > 0;) {
    const ssize_t written = write(file, bytes, left);
    if (written <= 0) throw std::runtime_error("the pipe is broken");
    bytes += written;
    left -= static_cast<std::size_t>(written);
  }
}

std::vector<double> read_all(int file) {
  std::vector<char> bytes;
  std::array<char, 4096> piece{};
  for (ssize_t got = 0; (got = read(file, piece.data(), piece.size())) > 0;) {
    bytes.insert(bytes.end(), piece.data(), piece.data() + got);
  }
  std::vector<double> values(bytes.size() / sizeof(double));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(values.data()));
  return values;
}

SimGridRun in_child(const std::function<SimGridRun()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe to a child");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    try {
      SimGridRun run = work();
      run.ends_s.push_back(run.wall_s);
      write_all(ends[1], run.ends_s);
      _exit(0);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in a child: %s\n", error.what());
      _exit(1);
    }
  }
  close(ends[1]);
  std::vector<double> values = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0 || values.empty()) throw std::runtime_error("a child with SimGrid failed");
  const double wall_s = values.back();
  values.pop_back();
  return {std::move(values), wall_s};
}

}  // namespace

SimGridRun simgrid_flows(const Network& network, const std::vector<FlowRequest>& flows,
                         SimGridPrecision precision) {
  return in_child([&] {
    Engine engine(precision);
    Platform platform(network);
    for (const FlowRequest& flow : flows) platform.add_route(flow.source, flow.target);
    platform.seal();
    SimGridRun run{.ends_s = std::vector<double>(flows.size())};
    for (std::size_t at = 0; at < flows.size(); ++at) {
      const FlowRequest& flow = flows[at];
      const Time begin = flow.start + network.route(flow.source, flow.target).latency;
      sg::Actor::create("flow", platform.host(flow.source), [&, at, begin] {
        sg::this_actor::sleep_until(begin.in_seconds());
        if (flow.bytes > Bytes(0)) {
          sg::Comm::sendto(platform.host(flow.source), platform.host(flow.target),
                           static_cast<std::uint64_t>(flow.bytes.count()));
        }
        run.ends_s[at] = sg::Engine::get_clock();
      });
    }
    run.wall_s = engine.run();
    return run;
  });
}

SimGridRun simgrid_plans(const Network& network, const std::vector<PlacedPlan>& plans) {
  return in_child([&] {
    Engine engine(SimGridPrecision::tight);
    Platform platform(network);
    std::deque<PlanActors> actors;
    for (const PlacedPlan& placed : plans) actors.emplace_back(network, platform, placed);
    platform.seal();
    for (PlanActors& each : actors) each.start(platform);
    SimGridRun run{.wall_s = engine.run()};
    for (const PlanActors& each : actors) run.ends_s.push_back(each.end_s());
    return run;
  });
}

SimGridRun simgrid_rings(std::int64_t ranks, Bytes bytes, const Link& link, int times) {
  return in_child([&] {
    Engine engine(SimGridPrecision::usual);
    sg::NetZone* zone = sg::create_star_zone("world");
    std::vector<sg::Host*> hosts;
    for (Rank rank = 0; rank < ranks; ++rank) {
      const std::string number = std::to_string(rank);
      hosts.push_back(zone->create_host("host" + number, 1e9));
      const auto direction = [&](const std::string& name) {
        sg::Link* made = zone->create_link(name + number, link.bandwidth.count());
        made->set_latency(link.latency.in_seconds())->seal();
        return sg::LinkInRoute(made);
      };
      auto* const point = hosts.back()->get_netpoint();
      zone->add_route(point, nullptr, nullptr, nullptr, {direction("up")}, false);
      zone->add_route(nullptr, point, nullptr, nullptr, {direction("down")}, false);
    }
    zone->seal();
    const auto chunk = static_cast<std::uint64_t>(bytes.count() / ranks);
    for (Rank rank = 0; rank < ranks; ++rank) {
      sg::Actor::create("rank", hosts[static_cast<std::size_t>(rank)], [=] {
        static int payload = 0;
        sg::Mailbox* const to = sg::Mailbox::by_name(std::to_string((rank + 1) % ranks));
        sg::Mailbox* const from = sg::Mailbox::by_name(std::to_string(rank));
        for (std::int64_t step = 0; step < times * 2 * (ranks - 1); ++step) {
          const sg::CommPtr sent = to->put_async(&payload, chunk);
          from->get<int>();
          sent->wait();
        }
      });
    }
    SimGridRun run{.wall_s = engine.run()};
    run.ends_s.push_back(sg::Engine::get_clock());
    return run;
  });
}

}  // namespace palsim
