#include "real/training/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view any_magic = "palsim checkpoint ";
constexpr std::string_view magic = "palsim checkpoint 2\n";
constexpr std::string_view folder_prefix = "step-";
constexpr std::string_view unfinished = ".unfinished";

fs::path file_of(const fs::path& checkpoint, Rank rank) {
  return checkpoint / fmt::format("worker-{}", rank);
}

[[noreturn]] void fail_to_write(const fs::path& path, int error) {
  throw InputError(fmt::format("{}: cannot be written: {}; write the name of a folder with room",
                               path.string(), std::strerror(error)));
}

// A file that is on disk when it is closed.
class DurableFile {
 public:
  explicit DurableFile(fs::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) fail_to_write(path_, errno);
  }
  ~DurableFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  void write(const void* data, std::size_t bytes) {
    crc_.process_bytes(data, bytes);
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
      const ssize_t written = ::write(descriptor_, at, bytes);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail_to_write(path_, errno);
      at += written;
      bytes -= static_cast<std::size_t>(written);
    }
  }
  template <class T>
  void write_value(const T& value) {
    write(&value, sizeof value);
  }
  void write_text(std::string_view text) {
    write_value(static_cast<std::uint64_t>(text.size()));
    write(text.data(), text.size());
  }
  // The checksum of all before, then everything to the disk.
  void close() {
    write_value(static_cast<std::uint32_t>(crc_.checksum()));
    const int failed = ::fsync(descriptor_);
    const int error = errno;
    if (::close(std::exchange(descriptor_, -1)) != 0 || failed != 0) fail_to_write(path_, error);
  }

 private:
  fs::path path_;
  int descriptor_;
  boost::crc_32_type crc_;
};

// Reads what DurableFile wrote; a short read says that the file is cut.
class CheckedFile {
 public:
  explicit CheckedFile(fs::path path) : path_(std::move(path)), stream_(path_, std::ios::binary) {
    require<InputError>(stream_.is_open(),
                        "{}: cannot be read; write the folder of a checkpoint of as many workers",
                        path_.string());
  }
  [[noreturn]] void fail(std::string_view found) const {
    throw InputError(fmt::format("{}: {}; resume from another checkpoint, or start anew",
                                 path_.string(), found));
  }
  void read(void* data, std::size_t bytes) {
    stream_.read(static_cast<char*>(data), static_cast<std::streamsize>(bytes));
    if (!stream_) fail("the checkpoint is cut in the middle");
    crc_.process_bytes(data, bytes);
  }
  template <class T>
  T read_value() {
    T value;
    read(&value, sizeof value);
    return value;
  }
  std::string read_text() {
    constexpr std::uint64_t longest = 10'000;
    const auto size = read_value<std::uint64_t>();
    if (size > longest) fail("not a checkpoint, or a damaged one");
    std::string text(size, '\0');
    read(text.data(), size);
    return text;
  }
  void require_checksum() {
    const auto expected = static_cast<std::uint32_t>(crc_.checksum());
    if (read_value<std::uint32_t>() != expected) fail("the checkpoint is damaged");
    if (stream_.peek() != std::ifstream::traits_type::eof()) fail("the checkpoint is damaged");
  }

 private:
  fs::path path_;
  std::ifstream stream_;
  boost::crc_32_type crc_;
};

void sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) fail_to_write(folder, errno);
  ::fsync(descriptor);
  ::close(descriptor);
}

// Calls `part` for all of a vector in order, in parts that fit what it passes for the host's side.
template <class Part>
void in_parts(std::span<float> vector, Part part) {
  constexpr std::size_t most = 4 << 20;
  std::vector<float> host(std::min(most, vector.size()));
  for (std::size_t at = 0; at < vector.size(); at += most) {
    const std::size_t bytes = std::min(most, vector.size() - at) * sizeof(float);
    part(bytes, vector.data() + at, host.data());
  }
}

void write_worker(const fs::path& path, const CheckpointContent& content, Device<float>& device) {
  DurableFile file(path);
  file.write(magic.data(), magic.size());
  file.write_value(static_cast<std::uint64_t>(content.identity.size()));
  for (const RunIdentity& identity : content.identity) {
    file.write_text(identity.key);
    file.write_text(identity.value);
  }
  const WorkerProgress& progress = content.progress;
  file.write_value(progress.step);
  file.write_value(progress.flips);
  file.write_value(progress.updates);
  file.write_value(static_cast<std::uint8_t>(progress.global_is_stale));
  file.write_value(progress.loss);
  file.write_value(progress.time);
  for (const std::span<float>& vector : content.state) {
    file.write_value(static_cast<std::uint64_t>(vector.size()));
    in_parts(vector, [&](std::size_t bytes, const float* on_device, float* host) {
      device.download(bytes, on_device, host);
      file.write(host, bytes);
    });
  }
  file.close();
}

// The step of a complete checkpoint's folder.
std::optional<Step> step_of(const fs::path& path) {
  const std::string name = path.filename().string();
  if (!name.starts_with(folder_prefix)) return std::nullopt;
  Step step = 0;
  const char* end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data() + folder_prefix.size(), end, step);
  if (error != std::errc() || at != end) return std::nullopt;
  return step;
}

void write_checkpoint(const fs::path& complete, const CheckpointContent& content,
                      Device<float>& device, Group& group) {
  const fs::path half = complete.string() + std::string(unfinished);
  if (group.rank() == 0) {
    fs::create_directories(complete.parent_path());
    fs::remove_all(half);
    fs::create_directory(half);
  }
  group.meet();
  write_worker(file_of(half, group.rank()), content, device);
  group.meet();
  if (group.rank() == 0) {
    sync_folder(half);
    fs::rename(half, complete);
    sync_folder(complete.parent_path());
  }
}

void remove_others(const fs::path& folder, const fs::path& kept) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    const bool half = path.filename().string().ends_with(unfinished);
    if (path != kept && (half || step_of(path))) fs::remove_all(path);
  }
}

void require_same_run(const CheckedFile& file, const RunIdentities& saved,
                      const RunIdentities& wanted) {
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    if (at >= saved.size() || saved[at].key != wanted[at].key) {
      file.fail("a checkpoint of another version of palsim");
    }
    if (saved[at].value != wanted[at].value) {
      file.fail(fmt::format("the checkpoint's {} is {}, this run's {}", wanted[at].key,
                            saved[at].value, wanted[at].value));
    }
  }
}

}  // namespace

void save_checkpoint(const fs::path& folder, const CheckpointContent& content,
                     Device<float>& device, Group& group) {
  const fs::path complete = folder / fmt::format("{}{}", folder_prefix, content.progress.step);
  try {
    std::vector<double> is_there{group.rank() == 0 && fs::exists(complete) ? 1.0 : 0.0};
    group.sum(is_there);
    if (is_there[0] == 0) write_checkpoint(complete, content, device, group);
    if (group.rank() == 0) remove_others(folder, complete);
    group.meet();
  } catch (const fs::filesystem_error& error) {
    fail_to_write(folder, error.code().value());
  }
}

std::optional<Checkpoint> latest_checkpoint(const fs::path& folder) {
  std::optional<Checkpoint> latest;
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, missing)) {
    const std::optional<Step> step = step_of(entry.path());
    if (step && (!latest || *step > latest->step)) latest = Checkpoint{entry.path(), *step};
  }
  return latest;
}

WorkerProgress load_checkpoint(const fs::path& checkpoint, Rank rank, const RunIdentities& identity,
                               std::span<const std::span<float>> state, Device<float>& device) {
  CheckedFile file(file_of(checkpoint, rank));
  std::string found(magic.size(), '\0');
  file.read(found.data(), found.size());
  if (!found.starts_with(any_magic)) file.fail("not a checkpoint of palsim");
  if (found != magic) file.fail("a checkpoint of another version of palsim");
  RunIdentities saved(std::min<std::uint64_t>(file.read_value<std::uint64_t>(), identity.size()));
  for (RunIdentity& one : saved) {
    one.key = file.read_text();
    one.value = file.read_text();
  }
  require_same_run(file, saved, identity);
  WorkerProgress progress;
  progress.step = file.read_value<Step>();
  progress.flips = file.read_value<std::int64_t>();
  progress.updates = file.read_value<std::int64_t>();
  progress.global_is_stale = file.read_value<std::uint8_t>() != 0;
  progress.loss = file.read_value<double>();
  progress.time = file.read_value<TimeAccount>();
  for (const std::span<float>& vector : state) {
    if (file.read_value<std::uint64_t>() != vector.size()) file.fail("the checkpoint is damaged");
    in_parts(vector, [&](std::size_t bytes, float* on_device, float* host) {
      file.read(host, bytes);
      device.upload(bytes, host, on_device);
    });
  }
  file.require_checksum();
  return progress;
}

}  // namespace palsim
