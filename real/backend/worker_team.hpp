// Workers as threads of this process, each with its place on a backend.
#pragma once

#include <functional>

#include "real/backend/backend.hpp"

namespace palsim {

// As run_on_threads; vectors of the device's memory go through the group.
void run_workers(const Backend& backend, Rank workers,
                 const std::function<void(Group&, Device<float>&)>& work);

}  // namespace palsim
