#include "real/device/available_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace palsim {
namespace {

namespace fs = std::filesystem;

// The number behind `key` in a file of keys and numbers.
std::optional<std::int64_t> number_of(const fs::path& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string found; file >> found;) {
    std::int64_t number = 0;
    if (found == key && file >> number) return number;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

// Nothing where the file has no number: "max", of a group without a limit.
std::optional<std::int64_t> number_in(const fs::path& path) {
  std::ifstream file(path);
  std::int64_t number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

// As it is called within the hierarchy of version 2, which is the line "0::/name".
fs::path own_control_group() {
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("0::/")) return fs::path("/sys/fs/cgroup") / line.substr(4);
  }
  return "/sys/fs/cgroup";
}

Bytes left_to_machine() {
  if (const auto kibibytes = number_of("/proc/meminfo", "MemAvailable:")) {
    return Bytes(*kibibytes * 1024);
  }
  return Bytes(sysconf(_SC_AVPHYS_PAGES) * sysconf(_SC_PAGESIZE));
}

}  // namespace

std::optional<Bytes> left_to(const fs::path& control_group) {
  const std::optional<std::int64_t> limit = number_in(control_group / "memory.max");
  const std::optional<std::int64_t> used = number_in(control_group / "memory.current");
  if (!limit || !used) return std::nullopt;
  const std::int64_t reclaimable =
      number_of(control_group / "memory.stat", "inactive_file").value_or(0);
  return Bytes(std::clamp<std::int64_t>(*limit - *used + reclaimable, 0, *limit));
}

Bytes available_memory() {
  Bytes least = left_to_machine();
  // A limit holds for all groups within.
  for (fs::path group = own_control_group(); group.string().starts_with("/sys/fs/cgroup");
       group = group.parent_path()) {
    least = std::min(least, left_to(group).value_or(least));
  }
  return least;
}

}  // namespace palsim
