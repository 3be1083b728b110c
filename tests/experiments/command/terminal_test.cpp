// What the command prints on a terminal, a pseudo-terminal of script(1), and elsewhere.
#include <doctest/doctest.h>

#include <regex>
#include <sstream>

#include "tests/support/palsim_home.hpp"

using namespace palsim;

namespace {

// What `palsim WORDS` prints on a terminal of so many columns, with settings of the environment.
std::string on_terminal(const Home& home, const std::string& words, int columns,
                        const std::string& settings = "TERM=xterm") {
  const std::string inner = "stty cols " + std::to_string(columns) +
                            "; env -u NO_COLOR -u CLICOLOR_FORCE -u TERM " + settings +
                            " PALSIM_HOME=. " PALSIM_COMMAND " " + words;
  const CommandResult result =
      run_command(home.folder().path(), {"script", "-qec", inner, "/dev/null"});
  CHECK(result.status == 0);
  return std::regex_replace(result.out, std::regex("\r"), "");
}

std::string elsewhere(const Home& home, const Words& words, const std::string& settings = "") {
  Words line{"env", "-u", "NO_COLOR", "-u", "CLICOLOR_FORCE", "TERM=xterm", "PALSIM_HOME=."};
  if (!settings.empty()) line.push_back(settings);
  line.emplace_back(PALSIM_COMMAND);
  line.insert(line.end(), words.begin(), words.end());
  return run_command(home.folder().path(), line).out;
}

bool is_coloured(const std::string& text) { return text.find("\033[") != std::string::npos; }

std::string without_codes(const std::string& text) {
  return std::regex_replace(text, std::regex("\033\\[[0-9]*m"), "");
}

}  // namespace

TEST_CASE("colours are for terminals, unless somebody says otherwise") {
  const Home home;
  const Words predict{"predict", "small"};
  CHECK(is_coloured(on_terminal(home, "predict small", 110)));
  CHECK_FALSE(is_coloured(on_terminal(home, "predict small", 110, "TERM=xterm NO_COLOR=1")));
  CHECK(is_coloured(on_terminal(home, "predict small", 110, "TERM=xterm NO_COLOR=")));
  CHECK_FALSE(is_coloured(on_terminal(home, "predict small", 110, "TERM=dumb")));
  CHECK_FALSE(is_coloured(on_terminal(home, "predict small", 110, "")));
  CHECK_FALSE(is_coloured(elsewhere(home, predict)));
  CHECK(is_coloured(elsewhere(home, predict, "CLICOLOR_FORCE=1")));
  CHECK_FALSE(is_coloured(elsewhere(home, predict, "CLICOLOR_FORCE=0")));
}

TEST_CASE("NO_COLOR wins over CLICOLOR_FORCE") {
  const Home home;
  const std::string both = on_terminal(home, "predict small", 110, "NO_COLOR=1 CLICOLOR_FORCE=1");
  CHECK_FALSE(is_coloured(both));
}

TEST_CASE("a terminal of the usual width shows the text that a file gets") {
  const Home home;
  CHECK(without_codes(on_terminal(home, "predict small", 110)) ==
        elsewhere(home, {"predict", "small"}));
}

TEST_CASE("bars fit the terminal") {
  const Home home;
  const auto longest_bar = [](const std::string& text) {
    std::size_t longest = 0;
    const std::regex bar("[=+#.]{9,}");
    for (std::sregex_iterator at(text.begin(), text.end(), bar), end; at != end; ++at) {
      longest = std::max(longest, static_cast<std::size_t>(at->length()));
    }
    return longest;
  };
  const auto bar_on = [&](int columns) {
    return longest_bar(without_codes(on_terminal(home, "predict small", columns)));
  };
  CHECK(bar_on(60) == 48);  // behind "wall clock" and two blanks
  CHECK(bar_on(80) == 68);
  CHECK(bar_on(200) == 80);
  CHECK(bar_on(200) == longest_bar(elsewhere(home, {"predict", "small"})));
}

TEST_CASE("JSON and CSV are never coloured") {
  const Home home;
  for (const char* format : {"json", "csv", "markdown"}) {
    const std::string words = std::string("predict small --format ") + format;
    CHECK_FALSE(is_coloured(on_terminal(home, words, 110, "TERM=xterm CLICOLOR_FORCE=1")));
  }
}

TEST_CASE("a warning's word is coloured on a terminal alone") {
  const Home home;
  const std::string shown = on_terminal(home, "predict small --set steps=2", 110);
  CHECK(shown.find("\033[33mwarning:\033[0m small: ") != std::string::npos);
  const CommandResult result = home.run({"predict", "small", "--set", "steps=2"});
  CHECK(result.err.starts_with("warning: small: "));
}

TEST_CASE("help is as wide as the terminal, and 80 columns elsewhere") {
  const Home home;
  const auto width_of = [](const std::string& text) {
    std::size_t widest = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
    return widest;
  };
  CHECK(width_of(on_terminal(home, "choose --help", 60)) <= 60 + 20);  // an example is not broken
  CHECK(width_of(elsewhere(home, {"predict", "--help"})) <= 80);
  CHECK(width_of(on_terminal(home, "predict --help", 200)) > 80);
  CHECK(width_of(on_terminal(home, "predict --help", 200)) <= 100);
}
