#include "experiments/command/output_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

// What links lead to, so that the file is replaced and not the link.
fs::path target_of(const std::string& path) {
  std::error_code failure;
  const fs::path target = fs::weakly_canonical(path, failure);
  return failure ? fs::path(path) : target;
}

// A device, a pipe: written to, never replaced.
bool is_special(const fs::path& target) {
  std::error_code none;
  const fs::file_status status = fs::status(target, none);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// No other file: its name holds the process.
fs::path neighbour_of(fs::path target) { return target += fmt::format(".{}.partial", getpid()); }

[[noreturn]] void fail_unwritable(const std::string& path) {
  throw InputError(
      fmt::format("'{}': cannot be written; write the path of a file in a writable folder", path));
}

bool write_all(const fs::path& target, std::string_view content) {
  std::ofstream file(target, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  return !file.fail();
}

// False if that fails; then nothing of it is left.
bool write_neighbour(const fs::path& neighbour, std::string_view content) {
  std::error_code none;
  if (fs::is_directory(neighbour, none)) return false;
  if (write_all(neighbour, content)) return true;
  fs::remove(neighbour, none);
  return false;
}

}  // namespace

void write_whole_file(const std::string& path, std::string_view content) {
  const fs::path target = target_of(path);
  if (is_special(target)) {
    if (!write_all(target, content)) fail_unwritable(path);
    return;
  }
  if (!write_neighbour(neighbour_of(target), content)) fail_unwritable(path);
  std::error_code failure;
  fs::rename(neighbour_of(target), target, failure);
  if (!failure) return;
  fs::remove(neighbour_of(target), failure);
  fail_unwritable(path);
}

void require_writable(const std::string& path) {
  const fs::path target = target_of(path);
  std::error_code none;
  if (path.empty() || fs::is_directory(target, none)) fail_unwritable(path);
  if (is_special(target)) return;
  if (!write_neighbour(neighbour_of(target), "")) fail_unwritable(path);
  fs::remove(neighbour_of(target), none);
}

void require_other_file(const std::string& option, const std::string& path,
                        const std::string& other_option, const std::string& other_path) {
  require<InputError>(
      other_path.empty() || target_of(fs::absolute(path)) != target_of(fs::absolute(other_path)),
      "--{} {}: would overwrite what --{} writes; write another path", option, path, other_option);
}

void require_no_input(const std::string& option, const std::string& path,
                      const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code none;
    require<InputError>(!std::filesystem::equivalent(input, path, none),
                        "--{} {}: would overwrite what is read; write another path", option, path);
  }
}

}  // namespace palsim
