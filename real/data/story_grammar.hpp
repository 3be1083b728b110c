// A small grammar of stories. Words agree over distance: a hero named at the start is "he" or "she"
// from then on, "the dogs near the lake" sing and "the dog near the lakes" sings, and what was
// found, where and who asked for it comes back at the end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "real/data/data_description.hpp"

namespace palsim {

class StoryGrammar {
 public:
  // Words: each is a token; in a small vocabulary there are fewer. Bytes: ASCII, a story a line.
  // Throws InputError if the vocabulary is too small.
  StoryGrammar(Spelling spelling, std::int64_t vocabulary);

  std::int64_t vocabulary() const { return vocabulary_; }
  // Appends the tokens of one story; the last marks its end.
  void append_story(RandomStream& random, std::vector<std::int32_t>& tokens) const;
  // As people read it.
  std::string text(std::span<const std::int32_t> tokens) const;

 private:
  // What a place in a sentence is filled with. The first ones stay for the whole story.
  enum class Role {
    word,
    hero,
    friend_,
    child,
    he,
    his,
    mood,
    thing,
    quality,
    place,
    animal,
    elsewhere,
    acts,
    moved,
    played,
    count
  };
  enum class Kind { boy, girl, mood, thing, quality, place, animal, action, movement, game, count };
  struct Slot {
    Role role = Role::word;
    std::size_t word = 0;
  };
  using Sentence = std::vector<Slot>;
  using Cast = std::array<std::size_t, static_cast<std::size_t>(Role::count)>;  // words, by role

  std::size_t add_word(const std::string& word);
  void add_kinds();
  Sentence parse(const char* text);
  const std::vector<std::size_t>& words_of(Kind kind) const {
    return kinds_[static_cast<std::size_t>(kind)];
  }
  std::size_t pick(Kind kind, RandomStream& random) const;
  std::size_t pick(Kind kind, std::size_t form, RandomStream& random) const;
  Cast draw_cast(RandomStream& random) const;
  void draw_scene(Cast& cast, RandomStream& random) const;
  void tell(const Sentence& sentence, const Cast& cast, std::vector<std::int32_t>& tokens) const;
  void append_word(std::size_t word, std::vector<std::int32_t>& tokens) const;

  Spelling spelling_;
  std::int64_t vocabulary_;
  std::vector<std::string> words_;
  std::array<std::vector<std::size_t>, static_cast<std::size_t>(Kind::count)> kinds_;
  std::vector<Sentence> opening_;
  std::vector<Sentence> middle_;
  Sentence closing_;
};

}  // namespace palsim
