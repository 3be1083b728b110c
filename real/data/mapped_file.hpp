// A file's bytes, read as they are asked for and shared by all processes that read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace palsim {

class MappedFile {
 public:
  // Throws InputError if the file cannot be read; `advice` says what to write instead.
  MappedFile(std::string path, const std::string& advice);
  MappedFile(MappedFile&& other) noexcept
      : path_(std::move(other.path_)),
        bytes_(std::exchange(other.bytes_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  const std::string& path() const { return path_; }
  const std::uint8_t* bytes() const { return bytes_; }
  std::int64_t size() const { return size_; }

 private:
  std::string path_;
  const std::uint8_t* bytes_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace palsim
