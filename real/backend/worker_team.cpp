#include "real/backend/worker_team.hpp"

#include "real/comm/thread_team.hpp"

namespace palsim {

void run_workers(const Backend& backend, Rank workers,
                 const std::function<void(Group&, Device<float>&)>& work) {
  const auto work_there = [&](Group& host) {
    const std::unique_ptr<Device<float>> device = backend.device(host.rank());
    const std::unique_ptr<Group> group = backend.group(host);
    work(*group, *device);
  };
  run_on_threads(workers, work_there, backend.binding());
}

}  // namespace palsim
