// Memory of a device, released with its owner.
#pragma once

#include <cstdint>
#include <utility>

namespace palsim {

template <class Element, class AnyDevice>
class Buffer {
 public:
  Buffer() = default;
  Buffer(AnyDevice& device, std::int64_t count)
      : device_(&device),
        count_(count),
        data_(static_cast<Element*>(
            device.allocate(static_cast<std::size_t>(count) * sizeof(Element)))) {}
  Buffer(Buffer&& other) noexcept { *this = std::move(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(count_, other.count_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) device_->release(data_);
  }

  Element* data() { return data_; }
  const Element* data() const { return data_; }
  std::int64_t count() const { return count_; }

 private:
  AnyDevice* device_ = nullptr;
  std::int64_t count_ = 0;
  Element* data_ = nullptr;
};

}  // namespace palsim
