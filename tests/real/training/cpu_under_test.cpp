#include "real/backend/cpu_backend.hpp"
#include "tests/real/training/backend_under_test.hpp"

namespace palsim {

std::unique_ptr<Backend> backend_under_test() { return cpu_backend(); }

}  // namespace palsim
