#include "fiber.hpp"

#include <boost/context/preallocated.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>
#include <memory>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace cuda_on_host {
namespace {

namespace bc = boost::context;

// Around a change of stacks. `kept` belongs to the stack that is left; none if it ends.
#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t stack_bytes = 256 * 1024;  // sanitized frames are large
void leave_stack(void** kept, const void* to, std::size_t size) {
  __sanitizer_start_switch_fiber(kept, to, size);
}
void enter_stack(void* kept, const void** from, std::size_t* size) {
  __sanitizer_finish_switch_fiber(kept, from, size);
}
#else
constexpr std::size_t stack_bytes = 64 * 1024;
void leave_stack(void** /*kept*/, const void* /*to*/, std::size_t /*size*/) {}
void enter_stack(void* /*kept*/, const void** /*from*/, std::size_t* /*size*/) {}
#endif

}  // namespace

Fiber::Fiber(std::function<void(Fiber&)> body) : body_(std::move(body)) {
  bc::protected_fixedsize_stack memory(stack_bytes);  // an overflow hits a guard page
  stack_ = memory.allocate();
  inside_ = bc::fiber(std::allocator_arg, bc::preallocated(stack_.sp, stack_.size, stack_), memory,
                      [this](bc::fiber&& caller) { return run(std::move(caller)); });
}

bc::fiber Fiber::run(bc::fiber&& caller) {
  enter_stack(nullptr, &caller_stack_, &caller_stack_size_);
  caller_ = std::move(caller);
  body_(*this);
  leave_stack(nullptr, caller_stack_, caller_stack_size_);
  return std::move(caller_);
}

void Fiber::resume() {
  void* kept = nullptr;
  leave_stack(&kept, static_cast<const char*>(stack_.sp) - stack_.size, stack_.size);
  inside_ = std::move(inside_).resume();
  enter_stack(kept, nullptr, nullptr);
}

void Fiber::suspend() {
  void* kept = nullptr;
  leave_stack(&kept, caller_stack_, caller_stack_size_);
  caller_ = std::move(caller_).resume();
  enter_stack(kept, &caller_stack_, &caller_stack_size_);
}

}  // namespace cuda_on_host
