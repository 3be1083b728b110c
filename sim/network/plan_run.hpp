// One run of laid-out plans through the event engine.
//
// What repeats is not simulated again. Take the state of the run after all events of an instant:
// for every rank its repetition and how many of its messages are pending, for every message what is
// left of it and how long ago its rate was set. The future follows from this state alone (rates
// depend neither on the past nor on the order of events within an instant; see FlowSet). If the
// state equals an earlier one but that each channel is d repetitions further and all times c later,
// then the run goes on in the same way, d repetitions every c, for as long as no rank comes to
// where its part in the stage changes and none that is late starts. So q such periods are skipped
// at once: repetitions go on by q d, the clock by q c. The states are compared bit for bit, so the
// skip is exact.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/core/engine.hpp"
#include "sim/network/flow_set.hpp"
#include "sim/network/plan_layout.hpp"

namespace palsim {

class PlanRun {
 public:
  PlanRun(PlanLayout layout, Shortcuts shortcuts);

  // By channel, when its last message has arrived. Throws InternalError if a plan never ends. Call
  // it once.
  std::vector<Duration> finish();

 private:
  struct Event {
    enum class Kind : std::uint32_t {
      ranks_start,
      arrived,
      starts_flowing,
      flows_end,
      settle
    } kind;
    SendId send = 0;
  };
  struct Progress {  // of a chain
    PartId part = 0;
    std::uint32_t pending = 0;  // messages of this repetition
    std::int64_t repetition = 0;
    bool operator==(const Progress&) const = default;
  };
  struct Transit {  // of a message
    enum class State : std::uint8_t { waits_for_ends, waits_for_one, travels, flows };
    State state = State::waits_for_ends;
    Time until;  // while it travels
  };
  struct State {
    Time at;
    std::vector<Progress> chains;
    std::vector<Transit> sends;
    std::vector<Flow> flows;  // of the sends that flow, in order
  };
  // `times` periods may be skipped, each taking `period` and `repetitions` by channel.
  struct Recurrence {
    std::int64_t times = 0;
    Duration period;
    std::vector<std::int64_t> repetitions;
  };

  void handle(const Event& event);
  Duration elapsed() const { return engine_.now().since_start() + skipped_; }
  void await_next_start();
  void start_ranks();
  void enter(ChainId chain);
  void advance(ChainId chain);
  void start(SendId send);
  void complete(SendId send);
  void request_settle();
  void settle();

  bool is_over(ChainId chain) const;
  bool is_running(ChainId chain) const { return entered_[chain] != 0 && !is_over(chain); }
  void look_for_recurrence();
  std::optional<Recurrence> recurrence_since(const State& earlier) const;
  bool sends_recur(const State& earlier, Duration period) const;

  PlanLayout layout_;
  Shortcuts shortcuts_;
  Engine<Event> engine_;
  FlowSet flows_;
  std::vector<Progress> chains_;
  std::vector<Transit> sends_;

  enum class Settling { no, requested } settling_ = Settling::no;
  std::vector<SendId> starting_;
  Time awaited_end_;  // of flows, the latest that was scheduled

  std::vector<ChainId> by_start_;
  std::size_t next_start_ = 0;          // into by_start_
  std::vector<char> entered_;           // by chain
  std::vector<Duration> last_arrival_;  // by channel
  Duration skipped_;                    // from the engine's clock
  ChainId watched_ = 0;                 // each of its repetitions is an occasion to compare
  enum class Looking { no, yes } looking_ = Looking::no;
  std::optional<State> kept_;
  PartId kept_part_ = 0;
  // Brent's cycle finding: the kept state is replaced after 1, 2, 4, ... comparisons.
  std::int64_t comparisons_ = 0;
  std::int64_t most_comparisons_ = 1;
};

}  // namespace palsim
