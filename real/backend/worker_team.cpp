#include "real/backend/worker_team.hpp"

#include "real/comm/thread_team.hpp"

namespace palsim {

void run_workers(const Backend& backend, Rank workers,
                 const std::function<void(Group&, Device<float>&)>& work) {
  run_on_threads(workers, [&](Group& host) {
    const std::unique_ptr<Device<float>> device = backend.device(host.rank());
    const std::unique_ptr<Group> group = backend.group(host);
    work(*group, *device);
  });
}

}  // namespace palsim
