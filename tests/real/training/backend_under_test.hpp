// What a test program's training runs compute on. The same tests are laws of every backend: each
// program links the one that it tests.
#pragma once

#include <memory>

#include "real/backend/backend.hpp"

namespace palsim {

std::unique_ptr<Backend> backend_under_test();

}  // namespace palsim
