// The team where there are no threads, as in a browser: one task after the other.
#include <exception>

#include "experiments/command/team.hpp"

namespace palsim {

void share_out(std::size_t tasks, const std::function<void(std::size_t, const Progress&)>& work,
               const Progress& progress) {
  std::exception_ptr failure;
  for (std::size_t t = 0; t < tasks; ++t) {
    const auto report = [&, t](double share) {
      progress((static_cast<double>(t) + share) / static_cast<double>(tasks));
    };
    try {
      work(t, report);
      report(1);
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace palsim
