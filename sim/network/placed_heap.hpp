// A binary heap, least key on top, that knows the place of each id in it, so that any can be taken
// out. Several heaps may share the places, if no id is in two of them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace palsim {

using HeapPlaces = std::vector<std::uint32_t>;  // by id

template <class Key>
class PlacedHeap {
 public:
  struct Entry {
    Key key;
    std::uint32_t id;
  };

  bool empty() const { return entries_.empty(); }
  const Entry& top() const { return entries_.front(); }

  void push(Key key, std::uint32_t id, HeapPlaces& places) {
    entries_.push_back({key, id});
    rise(entries_.size() - 1, {key, id}, places);
  }

  void erase(std::uint32_t id, HeapPlaces& places) {
    const std::size_t place = places[id];
    const Entry last = entries_.back();
    entries_.pop_back();
    if (place == entries_.size()) return;
    if (place > 0 && last.key < entries_[(place - 1) / 2].key) {
      rise(place, last, places);
    } else {
      sink(place, last, places);
    }
  }

  void change(Key key, std::uint32_t id, HeapPlaces& places) {
    const std::size_t place = places[id];
    if (key < entries_[place].key) {
      rise(place, {key, id}, places);
    } else {
      sink(place, {key, id}, places);
    }
  }

 private:
  void put(std::size_t place, const Entry& entry, HeapPlaces& places) {
    entries_[place] = entry;
    places[entry.id] = static_cast<std::uint32_t>(place);
  }

  void rise(std::size_t place, const Entry entry, HeapPlaces& places) {
    for (; place > 0 && entry.key < entries_[(place - 1) / 2].key; place = (place - 1) / 2) {
      put(place, entries_[(place - 1) / 2], places);
    }
    put(place, entry, places);
  }

  void sink(std::size_t place, const Entry entry, HeapPlaces& places) {
    for (;;) {
      std::size_t child = 2 * place + 1;
      if (child >= entries_.size()) break;
      if (child + 1 < entries_.size() && entries_[child + 1].key < entries_[child].key) ++child;
      if (!(entries_[child].key < entry.key)) break;
      put(place, entries_[child], places);
      place = child;
    }
    put(place, entry, places);
  }

  std::vector<Entry> entries_;
};

}  // namespace palsim
