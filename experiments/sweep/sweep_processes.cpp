#include "experiments/sweep/sweep_processes.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "experiments/command/text_lines.hpp"
#include "experiments/sweep/cell_team.hpp"
#include "real/comm/mpi_process.hpp"
#include "real/comm/process_texts.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// A question is one of these words, then, behind a space, what it says.
constexpr std::string_view join = "join ";    // the identity; no answer is waited for but ""
constexpr std::string_view fault = "fault ";  // a line
constexpr std::string_view done = "done ";    // a cell's number and, behind a space, its rows
constexpr std::string_view next = "next ";    // the next cell's number is wanted, or "" for none
constexpr std::string_view leave = "leave ";  // all is done; "" when the first process is done, too

CellQueue::Cell cell_in(std::string_view said) {
  const std::size_t space = said.find(' ');
  const auto number = whole_number(said.substr(0, space));
  require(number && space != said.npos, "a process said {} of a cell", shown(said));
  return {*number, std::string(said.substr(space + 1))};
}

class Server {
 public:
  Server(CellQueue& queue, const std::string& identity) : queue_(queue), identity_(identity) {}

  void run() {
    Rank others = process_count() - 1;
    while (others > 0 && !queue_.has_failed()) {
      const std::optional<ProcessQuestion> question = question_that_came();
      if (question) others -= hear(*question) == Heard::farewell ? 1 : 0;
      answer_who_waits();
      if (!question) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  }

 private:
  enum class Heard { question, farewell };

  Heard hear(const ProcessQuestion& question) {
    const std::string_view text = question.text;
    if (text.starts_with(join)) {
      require<InputError>(text.substr(join.size()) == identity_,
                          "process {} reads other files than process 0; write the same ones on "
                          "all machines",
                          question.process);
      answer(question, "");
    } else if (text.starts_with(leave)) {
      return Heard::farewell;
    } else if (text.starts_with(fault)) {
      throw InputError(fmt::format("process {}: {}", question.process, text.substr(fault.size())));
    } else {
      if (text.starts_with(done)) queue_.give(cell_in(text.substr(done.size())));
      waiting_.push_back({question.process, question.thread, ""});
    }
    return Heard::question;
  }

  void answer_who_waits() {
    std::erase_if(waiting_, [&](const ProcessQuestion& asker) {
      const CellQueue::Turn turn = queue_.try_to_take();
      if (turn.answer == CellQueue::Answer::wait) return false;
      const bool is_cell = turn.answer == CellQueue::Answer::cell;
      answer(asker, is_cell ? fmt::format("{}", turn.cell) : "");
      return true;
    });
  }

  CellQueue& queue_;
  const std::string& identity_;
  std::vector<ProcessQuestion> waiting_;
};

}  // namespace

void serve_processes(CellQueue& queue, const std::string& identity) {
  try {
    Server(queue, identity).run();
  } catch (...) {
    queue.fail(std::current_exception());
  }
}

void dismiss_processes() {
  for (Rank process = 1; process < process_count(); ++process) answer({process, 0, ""}, "");
}

void join_sweep(const Sweep& sweep, const std::string& identity) {
  ask_first_process(0, fmt::format("{}{}", join, identity));
  std::atomic<bool> has_failed = false;
  std::exception_ptr failure;
  compute_cells(
      sweep, {.swap = [&](int thread,
                          std::optional<CellQueue::Cell> finished) -> std::optional<std::int64_t> {
                if (has_failed) return std::nullopt;
                const std::string reply = ask_first_process(
                    thread, finished
                                ? fmt::format("{}{} {}", done, finished->number, finished->rows)
                                : std::string(next));
                return whole_number(reply);
              },
              .progress = [](int, double) {},
              .fail =
                  [&](std::exception_ptr thrown) {
                    if (!has_failed.exchange(true)) failure = std::move(thrown);
                  }});
  if (failure) std::rethrow_exception(failure);
  ask_first_process(0, std::string(leave));
}

void report_fault(const std::string& fault_line) {
  ask_first_process(0, fmt::format("{}{}", fault, fault_line));
  throw InputError("");
}

}  // namespace palsim
