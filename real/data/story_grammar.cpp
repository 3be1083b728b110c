#include "real/data/story_grammar.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

const char* const opening[] = {"once there was a {mood} {child} named {hero} .",
                               "one day {he} found a {quality} {thing} near the {place} ."};
const char* const middle[] = {"the {animal} near the {elsewhere} {acts} all day .",
                              "{he} wanted to show the {quality} {thing} to {friend} .",
                              "{friend} saw the {thing} and asked {hero} for it .",
                              "so {he} {moved} to the {elsewhere} .",
                              "but {hero} did not want to lose {his} {thing} .",
                              "then {hero} and {friend} {played} near the {elsewhere} ."};
const char* const closing =
    "in the end {he} gave the {quality} {thing} to {friend} and went back to the {place} .";

// The smallest vocabulary has the first two of each kind. Animals and places: one, many. Actions:
// what one does, what many do.
struct WordList {
  std::size_t forms;
  std::vector<const char*> words;
};
const std::vector<WordList>& word_lists() {
  static const std::vector<WordList> lists{
      {1, {"tom", "ben", "max", "sam", "leo", "tim", "jack", "finn", "paul", "noah"}},
      {1, {"lily", "anna", "mia", "sue", "emma", "zoe", "rose", "nora", "jane", "ella"}},
      {1, {"happy", "little", "brave", "kind", "shy", "clever", "tired", "funny", "calm", "loud"}},
      {1, {"ball", "key", "book", "stone", "hat", "box", "kite", "bell", "coin", "map"}},
      {1, {"red", "shiny", "old", "tiny", "blue", "round", "golden", "strange", "warm", "green"}},
      {2,
       {"lake", "lakes", "tree", "trees", "house", "houses", "hill", "hills", "garden", "gardens",
        "river", "rivers", "bridge", "bridges", "barn", "barns"}},
      {2,
       {"dog", "dogs", "cat", "cats", "bird", "birds", "frog", "frogs", "duck", "ducks", "fox",
        "foxes", "cow", "cows", "bee", "bees"}},
      {2,
       {"sings", "sing", "sleeps", "sleep", "jumps", "jump", "runs", "run", "waits", "wait",
        "hides", "hide", "plays", "play", "eats", "eat"}},
      {1, {"walked", "ran", "hurried", "rode", "climbed", "swam", "marched", "crept"}},
      {1, {"played", "sang", "danced", "laughed", "rested", "talked", "sat", "dreamed"}}};
  return lists;
}

constexpr std::string_view end_word = "<end>";
constexpr std::int64_t ascii = 128;

bool is_mark(const std::string& word) { return word == "."; }

}  // namespace

StoryGrammar::StoryGrammar(Spelling spelling, std::int64_t vocabulary)
    : spelling_(spelling), vocabulary_(vocabulary) {
  add_word(std::string(end_word));
  for (const char* word : {"boy", "girl", "he", "she", "his", "her"}) add_word(word);
  for (const char* sentence : opening) opening_.push_back(parse(sentence));
  for (const char* sentence : middle) middle_.push_back(parse(sentence));
  closing_ = parse(closing);
  add_kinds();
  if (spelling == Spelling::bytes) {
    require<InputError>(vocabulary >= ascii,
                        "a vocabulary of {} has no room for bytes, write at least {}", vocabulary,
                        ascii);
  }
}

std::size_t StoryGrammar::add_word(const std::string& word) {
  const auto found = std::find(words_.begin(), words_.end(), word);
  if (found == words_.end()) {
    words_.push_back(word);
    return words_.size() - 1;
  }
  return static_cast<std::size_t>(found - words_.begin());
}

// Kinds take turns in growing, as long as the vocabulary has room.
void StoryGrammar::add_kinds() {
  const auto& lists = word_lists();
  std::size_t least = words_.size();
  for (const WordList& list : lists) least += 2 * list.forms;
  const bool limited = spelling_ == Spelling::words;
  require<InputError>(!limited || vocabulary_ >= static_cast<std::int64_t>(least),
                      "a vocabulary of {} has no room for the words of stories, write at least {}",
                      vocabulary_, least);
  for (std::size_t entry = 0; entry < 10; ++entry) {
    for (std::size_t kind = 0; kind < lists.size(); ++kind) {
      const auto& [forms, words] = lists[kind];
      const bool fits = static_cast<std::int64_t>(words_.size() + forms) <= vocabulary_;
      if ((entry + 1) * forms > words.size() || (limited && !fits)) continue;
      for (std::size_t form = 0; form < forms; ++form) {
        kinds_[kind].push_back(add_word(words[entry * forms + form]));
      }
    }
  }
}

StoryGrammar::Sentence StoryGrammar::parse(const char* text) {
  static const std::vector<std::pair<std::string_view, Role>> roles{
      {"{hero}", Role::hero},
      {"{friend}", Role::friend_},
      {"{child}", Role::child},
      {"{he}", Role::he},
      {"{his}", Role::his},
      {"{mood}", Role::mood},
      {"{thing}", Role::thing},
      {"{quality}", Role::quality},
      {"{place}", Role::place},
      {"{animal}", Role::animal},
      {"{elsewhere}", Role::elsewhere},
      {"{acts}", Role::acts},
      {"{moved}", Role::moved},
      {"{played}", Role::played}};
  Sentence sentence;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (word.front() != '{') {
      sentence.push_back({Role::word, add_word(word)});
      continue;
    }
    const auto found = std::find_if(roles.begin(), roles.end(),
                                    [&](const auto& role) { return role.first == word; });
    require(found != roles.end(), "no role {}", word);
    sentence.push_back({found->second, 0});
  }
  return sentence;
}

// Words at the front of a list are more frequent, as in any language.
std::size_t StoryGrammar::pick(Kind kind, std::size_t form, RandomStream& random) const {
  const auto& words = words_of(kind);
  const std::size_t forms = word_lists()[static_cast<std::size_t>(kind)].forms;
  const double u = random.uniform();
  const std::size_t entries = words.size() / forms;
  const auto entry = static_cast<std::size_t>(u * u * static_cast<double>(entries));
  return words[entry * forms + form];
}

std::size_t StoryGrammar::pick(Kind kind, RandomStream& random) const {
  return pick(kind, 0, random);
}

StoryGrammar::Cast StoryGrammar::draw_cast(RandomStream& random) const {
  Cast cast{};
  const auto role = [&](Role which) -> std::size_t& {
    return cast[static_cast<std::size_t>(which)];
  };
  const auto word = [&](const char* text) {
    return static_cast<std::size_t>(std::find(words_.begin(), words_.end(), text) - words_.begin());
  };
  const bool girl = random.flip(0.5);
  role(Role::hero) = pick(girl ? Kind::girl : Kind::boy, random);
  role(Role::child) = word(girl ? "girl" : "boy");
  role(Role::he) = word(girl ? "she" : "he");
  role(Role::his) = word(girl ? "her" : "his");
  do {
    role(Role::friend_) = pick(random.flip(0.5) ? Kind::girl : Kind::boy, random);
  } while (role(Role::friend_) == role(Role::hero));
  role(Role::mood) = pick(Kind::mood, random);
  role(Role::thing) = pick(Kind::thing, random);
  role(Role::quality) = pick(Kind::quality, random);
  role(Role::place) = pick(Kind::place, random);
  return cast;
}

// What is new in every sentence.
void StoryGrammar::draw_scene(Cast& cast, RandomStream& random) const {
  const auto role = [&](Role which) -> std::size_t& {
    return cast[static_cast<std::size_t>(which)];
  };
  const std::size_t many = random.flip(0.5) ? 1 : 0;
  role(Role::animal) = pick(Kind::animal, many, random);
  role(Role::acts) = pick(Kind::action, many, random);
  role(Role::elsewhere) = pick(Kind::place, random.flip(0.5) ? 1 : 0, random);
  role(Role::moved) = pick(Kind::movement, random);
  role(Role::played) = pick(Kind::game, random);
}

void StoryGrammar::append_word(std::size_t word, std::vector<std::int32_t>& tokens) const {
  if (spelling_ == Spelling::words) {
    tokens.push_back(static_cast<std::int32_t>(word));
    return;
  }
  if (words_[word] == end_word) {
    tokens.push_back('\n');
    return;
  }
  if (!tokens.empty() && tokens.back() != '\n' && !is_mark(words_[word])) tokens.push_back(' ');
  for (const char letter : words_[word]) tokens.push_back(letter);
}

void StoryGrammar::tell(const Sentence& sentence, const Cast& cast,
                        std::vector<std::int32_t>& tokens) const {
  for (const auto& [role, word] : sentence) {
    append_word(role == Role::word ? word : cast[static_cast<std::size_t>(role)], tokens);
  }
}

void StoryGrammar::append_story(RandomStream& random, std::vector<std::int32_t>& tokens) const {
  Cast cast = draw_cast(random);
  for (const Sentence& sentence : opening_) tell(sentence, cast, tokens);
  const int length = 2 + static_cast<int>(random.uniform() * 5);
  for (int i = 0; i < length; ++i) {
    draw_scene(cast, random);
    tell(middle_[static_cast<std::size_t>(random.uniform() * static_cast<double>(middle_.size()))],
         cast, tokens);
  }
  tell(closing_, cast, tokens);
  append_word(0, tokens);
}

std::string StoryGrammar::text(std::span<const std::int32_t> tokens) const {
  std::string text;
  for (const std::int32_t token : tokens) {
    if (spelling_ == Spelling::bytes) {
      text += static_cast<char>(token);
      continue;
    }
    const std::string& word = words_[static_cast<std::size_t>(token)];
    if (word == end_word) {
      text += '\n';
      continue;
    }
    if (!text.empty() && text.back() != '\n' && !is_mark(word)) text += ' ';
    text += word;
  }
  return text;
}

}  // namespace palsim
