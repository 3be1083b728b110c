// Which models can be trained, rather than only priced.
#pragma once

#include "models/graph.hpp"

namespace palsim {

// Token models embed their input, which then is tokens instead of numbers.
bool is_token_model(const ModelGraph& graph);

// Throws InputError at the first layer that no device can run.
void require_trainable(const ModelGraph& graph);

}  // namespace palsim
