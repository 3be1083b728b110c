#include "real/data/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : number_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

std::string last_fault() { return std::generic_category().message(errno); }

}  // namespace

MappedFile::MappedFile(std::string path, const std::string& advice) : path_(std::move(path)) {
  require<InputError>(!path_.empty(), "no path, {}", advice);
  const Descriptor file(path_);
  require<InputError>(file.number() >= 0, "{}: {}, {}", path_, last_fault(), advice);
  struct stat status {};
  require<InputError>(fstat(file.number(), &status) == 0, "{}: {}, {}", path_, last_fault(),
                      advice);
  require<InputError>(S_ISREG(status.st_mode), "{}: not a file, {}", path_, advice);
  size_ = status.st_size;
  if (size_ == 0) return;  // nothing to map
  void* const mapped =
      mmap(nullptr, static_cast<std::size_t>(size_), PROT_READ, MAP_SHARED, file.number(), 0);
  require<InputError>(mapped != MAP_FAILED, "{}: {}, {}", path_, last_fault(), advice);
  bytes_ = static_cast<const std::uint8_t*>(mapped);
}

MappedFile::~MappedFile() {
  if (bytes_ != nullptr) {
    munmap(const_cast<std::uint8_t*>(bytes_), static_cast<std::size_t>(size_));
  }
}

}  // namespace palsim
