// A function that can stop in its middle and go on later, on a stack of its own, within one thread
// of the operating system.
#pragma once

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <cstddef>
#include <functional>

namespace cuda_on_host {

class Fiber {
 public:
  // Begins at the first resume. It has to return before the fiber is destroyed, and lets no
  // exception out.
  explicit Fiber(std::function<void(Fiber&)> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Until the body suspends itself or returns.
  void resume();
  // Called by the body.
  void suspend();

 private:
  boost::context::fiber run(boost::context::fiber&& caller);

  std::function<void(Fiber&)> body_;
  boost::context::stack_context stack_;
  boost::context::fiber inside_;
  boost::context::fiber caller_;
  // AddressSanitizer has to be told of every change of stacks.
  const void* caller_stack_ = nullptr;
  std::size_t caller_stack_size_ = 0;
};

}  // namespace cuda_on_host
