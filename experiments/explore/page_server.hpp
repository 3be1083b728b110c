// One page over HTTP, for browsers on this machine: the server listens on 127.0.0.1 alone and knows
// no other address than the page's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace palsim {

// Serves `page` at / until the process is interrupted (Ctrl-C) or asked to end. `once_open` is told
// the port, which is any free one if 0 is asked for. Throws InputError if another program has it.
void serve_page(const std::string& page, std::uint16_t port,
                const std::function<void(std::uint16_t)>& once_open);

}  // namespace palsim
