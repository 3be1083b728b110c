#include "real/data/generated_stories.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/complaint.hpp"

namespace palsim {
namespace {

using Tokens = std::vector<std::int32_t>;

Batch fetched(const DataSet& data, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> samples(static_cast<std::size_t>(count));
  std::iota(samples.begin(), samples.end(), first);
  Batch batch;
  data.fetch(samples, batch);
  return batch;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    if (word.back() == '.') word.pop_back();
    words.push_back(word);
  }
  return words;
}

std::vector<std::vector<std::string>> told(std::uint64_t stories) {
  const StoryGrammar grammar(Spelling::words, 50257);
  std::vector<std::vector<std::string>> all;
  for (std::uint64_t story = 0; story < stories; ++story) {
    RandomStream random(11, Purpose::samples, story);
    Tokens tokens;
    grammar.append_story(random, tokens);
    all.push_back(words_of(grammar.text(tokens)));
  }
  return all;
}

}  // namespace

TEST_CASE("a story reads like one") {
  const StoryGrammar grammar(Spelling::words, 50257);
  RandomStream random(2023, Purpose::samples, 0);
  Tokens tokens;
  grammar.append_story(random, tokens);
  CHECK(grammar.text(tokens) ==
        "once there was a happy boy named tom. one day he found a golden coin near the river. then "
        "tom "
        "and jane played near the bridge. so he walked to the barn. then tom and jane talked near "
        "the "
        "lake. he wanted to show the golden coin to jane. so he swam to the gardens. so he walked "
        "to the "
        "houses. in the end he gave the golden coin to jane and went back to the river.\n");
}

TEST_CASE("spelled in words or in bytes it is the same story") {
  const StoryGrammar in_words(Spelling::words, 50257);
  const StoryGrammar in_bytes(Spelling::bytes, 256);
  for (std::uint64_t story = 0; story < 50; ++story) {
    Tokens words;
    Tokens bytes;
    RandomStream random(1, Purpose::samples, story);
    RandomStream again(1, Purpose::samples, story);
    in_words.append_story(random, words);
    in_words.append_story(random, words);
    in_bytes.append_story(again, bytes);
    in_bytes.append_story(again, bytes);
    CHECK(in_words.text(words) == in_bytes.text(bytes));
    CHECK(words.size() < bytes.size());
  }
}

TEST_CASE("heroes keep their sex, and what they found, from the first sentence to the last") {
  const std::set<std::string> his{"he", "his"};
  const std::set<std::string> hers{"she", "her"};
  std::size_t girls = 0;
  for (const auto& story : told(300)) {
    // once there was a MOOD CHILD named HERO. one day HE found a QUALITY THING near the PLACE.
    const bool girl = story[5] == "girl";
    CHECK((girl || story[5] == "boy"));
    girls += girl ? 1 : 0;
    for (const std::string& word : story) CHECK_FALSE((girl ? his : hers).contains(word));
    // ... HE gave the QUALITY THING to FRIEND and went back to the PLACE.
    const auto end = story.end();
    CHECK(*(end - 13) == story[10]);
    CHECK(*(end - 10) == story[13]);
    CHECK(*(end - 9) == story[14]);
    CHECK(*(end - 1) == story[17]);
    CHECK(*(end - 7) != story[7]);
  }
  CHECK(girls > 90);
  CHECK(girls < 210);
}

TEST_CASE("a verb agrees with its subject, whatever stands between them") {
  const auto is_many = [](const std::string& noun) { return noun.back() == 's'; };
  int crossed = 0;
  for (const auto& story : told(300)) {
    // the ANIMAL near the ELSEWHERE ACTS all day
    for (std::size_t i = 6; i + 1 < story.size(); ++i) {
      if (story[i] != "all" || story[i + 1] != "day") continue;
      const bool many = is_many(story[i - 5]);
      CHECK(many == (story[i - 1].back() != 's'));
      if (many != is_many(story[i - 2])) ++crossed;
    }
  }
  CHECK(crossed > 20);
}

TEST_CASE("tokens stay within the vocabulary, and a small one has fewer words") {
  std::size_t fewest = 0;
  for (const std::int64_t vocabulary : {65, 66, 80, 100, 50'257}) {
    CAPTURE(vocabulary);
    const auto data = generate_stories({3, 0, 500}, 100, StoryGrammar(Spelling::words, vocabulary));
    CHECK(data->classes() == vocabulary);
    const Batch batch = fetched(*data, 0, 500);
    const std::set<std::int32_t> used(batch.targets.begin(), batch.targets.end());
    CHECK(*used.begin() >= 0);
    CHECK(*used.rbegin() < vocabulary);
    CHECK(used.size() >= fewest);
    fewest = used.size();
  }
  CHECK(fewest > 100);
  const auto bytes = generate_stories({3, 0, 500}, 100, StoryGrammar(Spelling::bytes, 128));
  const Batch batch = fetched(*bytes, 0, 500);
  CHECK(*std::max_element(batch.targets.begin(), batch.targets.end()) == 'z');
}

TEST_CASE("a vocabulary without room is refused") {
  CHECK(complaint_of([] { StoryGrammar(Spelling::words, 64); }) ==
        "a vocabulary of 64 has no room for the words of stories, write at least 65");
  CHECK(complaint_of([] { StoryGrammar(Spelling::bytes, 127); }) ==
        "a vocabulary of 127 has no room for bytes, write at least 128");
}

TEST_CASE("targets are the next tokens, and windows of different lengths agree") {
  const auto data = generate_stories({5, 0, 20}, 40, StoryGrammar(Spelling::bytes, 256));
  const auto longer = generate_stories({5, 0, 20}, 1'000, StoryGrammar(Spelling::bytes, 256));
  CHECK(data->sample_shape() == Shape{40});
  CHECK(data->samples() == 20);
  const Batch batch = fetched(*data, 3, 2);
  const Batch whole = fetched(*longer, 3, 2);
  REQUIRE(batch.tokens.size() == 80);
  REQUIRE(batch.targets.size() == 80);
  CHECK(batch.images.empty());
  for (std::size_t sample = 0; sample < 2; ++sample) {
    for (std::size_t i = 0; i < 40; ++i) {
      CHECK(batch.tokens[40 * sample + i] == whole.tokens[1'000 * sample + i]);
      CHECK(batch.targets[40 * sample + i] == whole.tokens[1'000 * sample + i + 1]);
    }
  }
}

TEST_CASE("a window that ends with a story has its last target in the next") {
  const StoryGrammar grammar(Spelling::words, 200);
  const Batch whole = fetched(*generate_stories({5, 0, 1}, 1'000, grammar), 0, 1);
  for (std::int64_t tokens = 1; tokens < 300; ++tokens) {
    const Batch batch = fetched(*generate_stories({5, 0, 1}, tokens, grammar), 0, 1);
    CHECK(batch.targets.back() == whole.targets[static_cast<std::size_t>(tokens - 1)]);
  }
}

TEST_CASE("a sample depends on its number and the seed alone") {
  const StoryGrammar grammar(Spelling::words, 200);
  const Batch all = fetched(*generate_stories({7, 0, 50}, 30, grammar), 0, 50);
  const Batch one = fetched(*generate_stories({7, 20, 50}, 30, grammar), 5, 1);
  CHECK(std::equal(one.tokens.begin(), one.tokens.end(), all.tokens.begin() + 25 * 30));
  const Batch other = fetched(*generate_stories({8, 0, 50}, 30, grammar), 0, 50);
  CHECK(all.tokens != other.tokens);
}

}  // namespace palsim
