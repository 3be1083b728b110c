// The threads of one block, as fibers that take turns. A fiber starts the block's threads one after
// the other for as long as they run through; only a thread that waits needs a fiber for itself.
// Fibers are kept from block to block.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "fiber.hpp"
#include "grid.hpp"

namespace cuda_on_host {

class Block {
 public:
  Block() = default;
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  bool running() const { return kernel_ != nullptr; }

  // `order` holds each thread's index once.
  void run(const Grid& grid, const KernelCall& kernel, const std::vector<unsigned>& order);

  // For the thread whose turn it is.
  void meet_block();
  const LaneValues& meet_warp(WarpMeeting meeting, unsigned mask, std::uint64_t value);
  unsigned lane() const { return current_ % warp_lanes; }

 private:
  enum class State { ready, in_block_meeting, in_warp_meeting, returned };
  struct Thread {
    State state = State::ready;
    Fiber* fiber = nullptr;  // of a thread that waits
  };
  struct Warp {
    WarpMeeting meeting = WarpMeeting::none;
    unsigned present = 0;
    unsigned round = 0;
    // By round in turns: a lane may come to the next meeting before others have left this one.
    LaneValues values[2];
  };

  void body(Fiber& fiber);
  void start_next();
  void begin_turn(unsigned thread);
  void resume(unsigned thread);
  void wait(State state);
  void resume_ready();
  void abandon_waiting();
  [[noreturn]] void report_deadlock() const;
  [[noreturn]] void complain(const std::string& what) const;

  const Grid* grid_ = nullptr;
  const KernelCall* kernel_ = nullptr;
  const std::vector<unsigned>* order_ = nullptr;
  std::vector<Thread> threads_;
  std::vector<Warp> warps_;
  std::size_t started_ = 0;
  std::size_t returned_ = 0;
  std::size_t in_block_meeting_ = 0;
  unsigned current_ = 0;
  Fiber* current_fiber_ = nullptr;
  std::exception_ptr failure_;
  bool abandoned_ = false;
  bool ending_ = false;
  std::vector<std::unique_ptr<Fiber>> fibers_;
  std::vector<Fiber*> idle_;
};

}  // namespace cuda_on_host
