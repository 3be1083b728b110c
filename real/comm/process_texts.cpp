#include "real/comm/process_texts.hpp"

#include <mpi.h>

#include <limits>

#include "real/comm/polling.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct Message {
  int process;
  int tag;
  std::string text;
};

std::optional<Message> message_that_came(int from, int tag) {
  int has_come = 0;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  MPI_Improbe(from, tag, MPI_COMM_WORLD, &has_come, &message, &status);
  if (has_come == 0) return std::nullopt;
  int length = 0;
  MPI_Get_count(&status, MPI_CHAR, &length);
  Message received{status.MPI_SOURCE, status.MPI_TAG,
                   std::string(static_cast<std::size_t>(length), '\0')};
  MPI_Mrecv(received.text.data(), length, MPI_CHAR, &message, MPI_STATUS_IGNORE);
  return received;
}

void send(int to, int tag, const std::string& text) {
  require(text.size() <= std::numeric_limits<int>::max(), "a text too long for a message");
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Isend(text.data(), static_cast<int>(text.size()), MPI_CHAR, to, tag, MPI_COMM_WORLD,
            &request);
  poll_until([&] {
    int is_done = 0;
    MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
    return is_done != 0;
  });
  // NOLINTNEXTLINE(clang-analyzer-optin.mpi.MPI-Checker): poll_until waits
}

}  // namespace

std::string ask_first_process(int thread, const std::string& text) {
  send(0, thread, text);
  std::optional<Message> reply;
  poll_until([&] { return (reply = message_that_came(0, thread)).has_value(); });
  return std::move(reply->text);
}

std::optional<ProcessQuestion> question_that_came() {
  std::optional<Message> message = message_that_came(MPI_ANY_SOURCE, MPI_ANY_TAG);
  if (!message) return std::nullopt;
  return ProcessQuestion{message->process, message->tag, std::move(message->text)};
}

void answer(const ProcessQuestion& question, const std::string& text) {
  send(static_cast<int>(question.process), question.thread, text);
}

}  // namespace palsim
