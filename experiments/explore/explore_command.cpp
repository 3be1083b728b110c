#include "experiments/explore/explore_command.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <iostream>

#include "experiments/command/command_line.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/explore/explorer_page.hpp"
#include "experiments/explore/page_server.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

const CommandDescription description{
    .name = "explore",
    .brief = "a page of sliders that answers while they move: served here, or a file",
    .usage = "",
    .summary =
        "Serves a page with sliders for cluster, workers, bandwidth, latency, jitter, H, p and\n"
        "step time, where the simulator itself answers in the browser. It is there until Ctrl-C,\n"
        "for browsers on this machine only. ./dev explore builds what it needs.",
    .example = "palsim explore --out explorer.html",
    .positional = "argument"};

po::options_description described_options() {
  po::options_description options;
  options.add_options()("port", po::value<std::string>()->value_name("PORT"),
                        "of the page's address, 8000 if not given; 0 takes any that is free")(
      "out", po::value<std::string>()->value_name("FILE"),
      "write the page instead, to open from disk or to put on any web server");
  return options;
}

std::uint16_t parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, port);
  require<InputError>(failure == std::errc() && stop == end,
                      "--port {}: not a port; write a number of 0 to 65535", text);
  return port;
}

void serve(std::uint16_t port) {
  serve_page(explorer_page(), port, [](std::uint16_t open) {
    std::cout << fmt::format("http://127.0.0.1:{}/  (Ctrl-C ends it)\n", open) << std::flush;
  });
}

void write(const std::string& path) {
  require_writable(path);
  write_whole_file(path, explorer_page());
  std::cout << path << '\n';
}

void run(const std::vector<std::string>& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return;
  const auto strays = value_or<std::vector<std::string>>(*values, "argument", {});
  require<InputError>(strays.empty(), "palsim explore: '{}': takes no argument; leave it out",
                      strays.empty() ? "" : strays.front());
  require<InputError>(values->count("port") == 0 || values->count("out") == 0,
                      "--out: --port does not go with it; leave it out");
  if (values->count("out") > 0) return write((*values)["out"].as<std::string>());
  serve(parse_port(value_or<std::string>(*values, "port", "8000")));
}

}  // namespace

Command explore_command() { return {description, described_options(), run}; }

}  // namespace palsim
