// Questions and answers in text between the processes of one mpirun: threads of any process ask the
// first one, which answers when it can. All go over MPI_COMM_WORLD, over which nothing else may be
// sent meanwhile.
#pragma once

#include <optional>
#include <string>

#include "sim/core/rank.hpp"

namespace palsim {

// Asks the first process and waits for its answer; `thread` tells this process's askers apart, each
// of which asks one thing at a time.
std::string ask_first_process(int thread, const std::string& text);

struct ProcessQuestion {
  Rank process = 0;
  int thread = 0;
  std::string text;
};

// At the first process: a question that has come, if one has, and its answer.
std::optional<ProcessQuestion> question_that_came();
void answer(const ProcessQuestion& question, const std::string& text);

}  // namespace palsim
