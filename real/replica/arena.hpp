// Places in one stretch of memory for values that come and go: the first gap that fits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace palsim {

class Arena {
 public:
  std::int64_t take(std::int64_t count) {
    std::int64_t at = 0;
    auto next = taken_.begin();
    while (next != taken_.end() && next->at - at < count) {
      at = next->at + next->count;
      ++next;
    }
    taken_.insert(next, {at, count});
    size_ = std::max(size_, at + count);
    return at;
  }

  void give_back(std::int64_t at) {
    const auto place = std::find_if(taken_.begin(), taken_.end(),
                                    [&](const Place& taken) { return taken.at == at; });
    taken_.erase(place);
  }

  // The most that was taken at any time, gaps included.
  std::int64_t size() const { return size_; }

 private:
  struct Place {
    std::int64_t at = 0;
    std::int64_t count = 0;
  };
  std::vector<Place> taken_;  // in order of place
  std::int64_t size_ = 0;
};

}  // namespace palsim
