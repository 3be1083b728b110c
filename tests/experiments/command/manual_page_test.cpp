// The manual page has every command and option, and roff reads it without a complaint.
#include "experiments/command/manual_page.hpp"

#include <doctest/doctest.h>

#include <boost/algorithm/string/replace.hpp>

#include "experiments/command/option_text.hpp"
#include "tests/experiments/command/every_command.hpp"
#include "tests/support/command.hpp"

using namespace palsim;

namespace {

std::string as_roff(const std::string& text) { return boost::replace_all_copy(text, "-", "\\-"); }

bool is_here(const std::string& program) {
  return run_command(".", {"sh", "-c", "command -v " + program}).status == 0;
}

}  // namespace

TEST_CASE("the manual page has every command with its options and example") {
  const std::string page = manual_page(palsim_command());
  std::size_t at = 0;
  for (const Command* command : every_command()) {
    const std::string name = full_name(command->description);
    CAPTURE(name);
    at = page.find(".SS \"" + as_roff(name) + "\"\n", at);
    REQUIRE(at != std::string::npos);
    const std::string section = page.substr(at, page.find("\n.S", at + 1) - at);
    for (const OptionText& option : option_texts(command->options)) {
      CAPTURE(option.name);
      CHECK(section.find("\\fB" + as_roff(option.name) + "\\fR") != std::string::npos);
    }
    CHECK(section.find("Example:") != std::string::npos);
  }
  CHECK(page.find(".SH \"EXIT STATUS\"\n") != std::string::npos);
}

TEST_CASE("nothing in a text is roff's") {
  Command command{.description = {.name = "",
                                  .brief = "",
                                  .usage = "",
                                  .summary = ".a 'quote' and a back\\slash",
                                  .example = ".x -y",
                                  .positional = ""}};
  const std::string page = manual_page(command);
  CHECK(page.find("\n\\&.a \\(aqquote\\(aq and a back\\eslash\n") != std::string::npos);
  CHECK(page.find("\n\\&.x \\-y\n") != std::string::npos);
}

TEST_CASE("roff prints the manual page without a warning" *
          doctest::skip(!is_here("groff") && !is_here("mandoc"))) {
  const TemporaryFolder folder;
  folder.write("palsim.1", manual_page(palsim_command()));
  if (is_here("groff")) {
    const CommandResult result =
        run_command(folder.path(), {"groff", "-man", "-Tutf8", "-ww", "-z", "palsim.1"});
    CHECK(result.status == 0);
    CHECK(result.err == "");
    const CommandResult shown =
        run_command(folder.path(), {"sh", "-c", "groff -man -Tascii -P-c -P-b -P-u palsim.1"});
    CHECK(shown.out.find("--format table|json|csv|gain|markdown") != std::string::npos);
  }
  if (is_here("mandoc")) {
    CHECK(run_command(folder.path(), {"mandoc", "-Tlint", "-Wwarning", "palsim.1"}).out == "");
  }
}
