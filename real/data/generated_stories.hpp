// Stories, one after the other, in windows of tokens: text without a download.
#pragma once

#include <cstdint>
#include <memory>

#include "real/data/data_set.hpp"
#include "real/data/generated_range.hpp"
#include "real/data/story_grammar.hpp"

namespace palsim {

// A sample starts with a story and is cut after `tokens` tokens and the last one's target. Sample i
// is a function of (seed, i).
std::unique_ptr<DataSet> generate_stories(const GeneratedRange& range, std::int64_t tokens,
                                          StoryGrammar grammar);

}  // namespace palsim
