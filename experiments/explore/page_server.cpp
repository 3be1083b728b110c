// Boost.Beast on one thread: a coroutine accepts, one for each connection answers. A browser opens
// connections ahead that it may never use, so no connection keeps another waiting.
#include "experiments/explore/page_server.hpp"

// clang-format off: Boost 1.74's awaitable.hpp needs <utility> and does not include it, and takes
// only g++ to have C++20's coroutines.
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#include <utility>
// clang-format on

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <limits>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

using Parser = http::request_parser<http::empty_body>;
using Request = Parser::value_type;
using Response = http::response<http::span_body<const char>>;

constexpr std::chrono::seconds longest_silence{30};
constexpr std::chrono::seconds longest_farewell{2};
constexpr std::chrono::milliseconds until_next_try{100};
constexpr std::string_view nothing_here = "Nothing here; the explorer is at /\n";

bool asks_for_the_page(const Request& request) {
  const std::string_view target(request.target().data(), request.target().size());
  return target == "/" || target.starts_with("/?");
}

Response answer_to(const Request& request, std::string_view page) {
  const bool known = request.method() == http::verb::get || request.method() == http::verb::head;
  const bool found = asks_for_the_page(request);
  const http::status status = !known   ? http::status::method_not_allowed
                              : !found ? http::status::not_found
                                       : http::status::ok;
  const std::string_view body = status == http::status::ok ? page : nothing_here;
  Response response(status, request.version());
  response.set(http::field::content_type,
               status == http::status::ok ? "text/html; charset=utf-8" : "text/plain");
  response.set(http::field::cache_control, "no-store");
  if (!known) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(request.keep_alive());
  response.content_length(body.size());
  if (request.method() != http::verb::head) response.body() = {body.data(), body.size()};
  return response;
}

// A request's body is not read, so nothing can come after it.
// Ends with an exception when the browser goes, or says nothing for too long.
asio::awaitable<void> answer(beast::tcp_stream stream, std::string_view page) {
  beast::flat_buffer buffer;
  bool goes_on = true;
  while (goes_on) {
    stream.expires_after(longest_silence);
    Parser parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // Boost 1.74 refuses all at none
    co_await http::async_read_header(stream, buffer, parser, asio::use_awaitable);
    const Request& request = parser.get();
    Response response = answer_to(request, page);
    if (!parser.is_done()) response.keep_alive(false);
    goes_on = response.keep_alive();
    if (request.method() == http::verb::head) {
      http::response_serializer<http::span_body<const char>> serializer(response);
      co_await http::async_write_header(stream, serializer, asio::use_awaitable);
    } else {
      co_await http::async_write(stream, response, asio::use_awaitable);
    }
  }
  stream.socket().shutdown(tcp::socket::shutdown_send);
  // Closed with something unread, the connection would take the answer along.
  stream.expires_after(longest_farewell);
  std::array<char, 4096> unread;
  while (true) co_await stream.async_read_some(asio::buffer(unread), asio::use_awaitable);
}

// There are too many connections for now, or one was gone before it was taken.
bool may_pass(const boost::system::error_code& failure) {
  return failure == asio::error::no_descriptors || failure == asio::error::no_buffer_space ||
         failure == asio::error::no_memory || failure == asio::error::connection_aborted ||
         failure == boost::system::errc::too_many_files_open_in_system;
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, std::string_view page) {
  asio::steady_timer timer(acceptor.get_executor());
  while (true) {
    boost::system::error_code failure;
    tcp::socket socket =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    if (!failure) {
      asio::co_spawn(acceptor.get_executor(), answer(beast::tcp_stream(std::move(socket)), page),
                     asio::detached);
      continue;
    }
    if (!may_pass(failure)) throw boost::system::system_error(failure);
    timer.expires_after(until_next_try);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

tcp::acceptor listen(asio::io_context& context, std::uint16_t port) {
  try {
    return {context, tcp::endpoint(asio::ip::address_v4::loopback(), port)};
  } catch (const boost::system::system_error& error) {
    require<InputError>(error.code() != asio::error::address_in_use,
                        "--port {}: another program has it; write another port, or 0 for any that "
                        "is free",
                        port);
    throw InputError(
        fmt::format("--port {}: cannot be opened ({}); write another port, or 0 for "
                    "any that is free",
                    port, error.code().message()));
  }
}

}  // namespace

void serve_page(const std::string& page, std::uint16_t port,
                const std::function<void(std::uint16_t)>& once_open) {
  asio::io_context context(1);
  asio::signal_set end(context, SIGINT, SIGTERM);
  end.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
  tcp::acceptor acceptor = listen(context, port);
  asio::co_spawn(context, accept(acceptor, page), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  once_open(acceptor.local_endpoint().port());
  context.run();
}

}  // namespace palsim
