#include "block.hpp"

#include <algorithm>

#include "kernel_name.hpp"
#include "sim/core/error.hpp"

namespace cuda_on_host {
namespace {

// Unwinds a thread that waits in a block that failed.
struct Abandoned {};

}  // namespace

Block::~Block() {
  ending_ = true;
  for (Fiber* fiber : idle_) fiber->resume();
}

void Block::run(const Grid& grid, const KernelCall& kernel, const std::vector<unsigned>& order) {
  grid_ = &grid;
  kernel_ = &kernel;
  order_ = &order;
  threads_.assign(order.size(), {});
  warps_.assign((order.size() + warp_lanes - 1) / warp_lanes, {});
  started_ = returned_ = in_block_meeting_ = 0;
  try {
    while (started_ < order.size() && !failure_) start_next();
    while (returned_ < order.size() && !failure_) resume_ready();
  } catch (...) {
    failure_ = std::current_exception();
  }
  if (failure_) abandon_waiting();
  kernel_ = nullptr;
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Block::start_next() {
  if (idle_.empty()) {
    fibers_.push_back(std::make_unique<Fiber>([this](Fiber& fiber) { body(fiber); }));
    idle_.push_back(fibers_.back().get());
  }
  current_fiber_ = idle_.back();
  idle_.pop_back();
  current_fiber_->resume();
}

void Block::body(Fiber& fiber) {
  while (!ending_) {
    while (started_ < order_->size() && !failure_) {
      begin_turn((*order_)[started_++]);
      try {
        (*kernel_)();
      } catch (const Abandoned&) {
      } catch (...) {
        failure_ = std::current_exception();
      }
      threads_[current_].state = State::returned;
      ++returned_;
    }
    idle_.push_back(&fiber);
    fiber.suspend();
  }
}

void Block::begin_turn(unsigned thread) {
  const dim3& size = grid_->threads;
  current_ = thread;
  threadIdx = {thread % size.x, thread / size.x % size.y, thread / size.x / size.y};
}

void Block::resume(unsigned thread) {
  begin_turn(thread);
  current_fiber_ = threads_[thread].fiber;
  current_fiber_->resume();
}

void Block::wait(State state) {
  Thread& thread = threads_[current_];
  thread.state = state;
  thread.fiber = current_fiber_;
  thread.fiber->suspend();
  if (abandoned_) throw Abandoned();
}

void Block::resume_ready() {
  bool any = false;
  for (const unsigned thread : *order_) {
    if (threads_[thread].state != State::ready) continue;
    any = true;
    resume(thread);
    if (failure_) return;
  }
  if (!any) report_deadlock();
}

void Block::abandon_waiting() {
  abandoned_ = true;
  for (unsigned thread = 0; thread < threads_.size(); ++thread) {
    if (threads_[thread].fiber != nullptr && threads_[thread].state != State::returned) {
      resume(thread);
    }
  }
  abandoned_ = false;
}

void Block::meet_block() {
  if (++in_block_meeting_ < threads_.size()) return wait(State::in_block_meeting);
  in_block_meeting_ = 0;
  for (Thread& thread : threads_) thread.state = State::ready;
  wait(State::ready);
}

const LaneValues& Block::meet_warp(WarpMeeting meeting, unsigned mask, std::uint64_t value) {
  Warp& warp = warps_[current_ / warp_lanes];
  if (mask != 0xffffffff) complain("has a warp's mask that is not 0xffffffff");
  if (warp.present > 0 && warp.meeting != meeting) {
    complain("lets the lanes of a warp meet in different operations");
  }
  warp.meeting = meeting;
  LaneValues& values = warp.values[warp.round % 2];
  values[lane()] = value;
  if (++warp.present < warp_lanes) {
    wait(State::in_warp_meeting);
    return values;
  }
  warp.present = 0;
  ++warp.round;
  const unsigned first = current_ / warp_lanes * warp_lanes;
  for (unsigned i = 0; i < warp_lanes; ++i) threads_[first + i].state = State::ready;
  wait(State::ready);
  return values;
}

void Block::complain(const std::string& what) const {
  const dim3& blocks = grid_->blocks;
  const dim3& threads = grid_->threads;
  throw palsim::InternalError(
      fmt::format("{}, with {} x {} x {} blocks of {} x {} x {} threads, {}, in block ({}, {}, {})",
                  kernel_name(grid_->kernel), blocks.x, blocks.y, blocks.z, threads.x, threads.y,
                  threads.z, what, blockIdx.x, blockIdx.y, blockIdx.z));
}

void Block::report_deadlock() const {
  const auto count = [&](State state) {
    return std::count_if(threads_.begin(), threads_.end(),
                         [&](const Thread& thread) { return thread.state == state; });
  };
  complain(
      fmt::format("stands still: {} wait in __syncthreads, {} for the other lanes of their "
                  "warp, {} have returned",
                  count(State::in_block_meeting), count(State::in_warp_meeting), returned_));
}

}  // namespace cuda_on_host
