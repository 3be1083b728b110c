// Workers on the cores of this machine.
#pragma once

#include "real/backend/backend.hpp"

namespace palsim {

std::unique_ptr<Backend> cpu_backend();

}  // namespace palsim
