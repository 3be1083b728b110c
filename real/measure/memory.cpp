#include "real/measure/memory.hpp"

#include <unistd.h>

#include <fstream>
#include <limits>
#include <string>

namespace palsim {

Bytes available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string key; file >> key;) {
    std::int64_t kibibytes = 0;
    if (key == "MemAvailable:" && file >> kibibytes) return Bytes(kibibytes * 1024);
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return Bytes(sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE));
}

}  // namespace palsim
