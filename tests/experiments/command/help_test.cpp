// What --help says of each command, and whether its example works.
#include <doctest/doctest.h>

#include <sstream>

#include "experiments/command/display_width.hpp"
#include "experiments/command/help_text.hpp"
#include "experiments/command/option_text.hpp"
#include "tests/experiments/command/every_command.hpp"
#include "tests/support/command.hpp"

using namespace palsim;

namespace {

std::size_t widest_line(const std::string& text, const std::string& but_for) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.find(but_for) == std::string::npos) widest = std::max(widest, display_width(line));
  }
  return widest;
}

// What examples name: files that stand where they run, and commands that may be missing here.
class Desk {
 public:
  Desk() {
    const std::string root = PALSIM_ROOT;
    std::filesystem::create_directory(folder_.path() / "home");
    for (const char* data : {"experiments", "models", "topologies"}) {
      std::filesystem::copy(std::filesystem::path(root) / data, folder_.path() / "home" / data,
                            std::filesystem::copy_options::recursive);
    }
    if (std::filesystem::exists(root + "/web")) {
      std::filesystem::create_directory_symlink(root + "/web", folder_.path() / "home/web");
    }
    folder_.write("all_reduce.log", "size_bytes,time_us\n1024,20\n65536,40\n1048576,200\n");
    folder_.write("bin/nvidia-smi",
                  "#!/bin/sh\nprintf '\\tGPU0\\tGPU1\\nGPU0\\t X \\tNV1\\nGPU1\\tNV1\\t X \\n'\n");
    folder_.write("bin/man", "#!/bin/sh\ncat >/dev/null\n");
    for (const char* program : {"nvidia-smi", "man"}) {
      std::filesystem::permissions(folder_.path() / "bin" / program,
                                   std::filesystem::perms::owner_all);
    }
    std::filesystem::create_symlink(PALSIM_COMMAND, folder_.path() / "bin/palsim");
  }

  CommandResult run(const std::string& line) const {
    const std::string path = "PATH=" + (folder_.path() / "bin").string() + ":" + getenv("PATH");
    return run_command(folder_.path(),
                       {"env", path, "PALSIM_HOME=" + (folder_.path() / "home").string(), "bash",
                        "-c", "set -o pipefail; " + line});
  }

 private:
  TemporaryFolder folder_;
};

// Shorter, as far as its options allow: what is refused is so before the first step.
std::string shortened(const Command& command) {
  std::string line = command.description.example;
  const std::string name = full_name(command.description);
  if (name == "palsim train") line += " --steps 2";
  if (name == "palsim theory") line += " --batches 2 --points 2";
  if (name == "palsim calibrate machine") line += " --workers 1";
  return line;
}

}  // namespace

TEST_CASE("each command's help names every option, in lines of any width") {
  for (const Command* command : every_command()) {
    CAPTURE(full_name(command->description));
    for (const std::size_t width : {60, 80, 100}) {
      const std::string help = help_text(command->description, command->options, width);
      CHECK(widest_line(help, command->description.example) <= width);
      CHECK(help.starts_with("Usage: " + full_name(command->description)));
      for (const OptionText& option : option_texts(command->options)) {
        CAPTURE(option.name);
        CHECK(help.find("  " + spelling_of(option)) != std::string::npos);
        CHECK(!option.meaning.empty());
      }
    }
  }
}

TEST_CASE("palsim's help names every command, and a command's every subcommand") {
  const std::string help = help_text(palsim_command(), 80);
  CHECK(widest_line(help, "\n") <= 80);
  for (const Command& command : palsim_command().subcommands) {
    CAPTURE(full_name(command.description));
    CHECK(help.find("\n  " + last_word(command.description) + ' ') != std::string::npos);
    CHECK(!command.description.brief.empty());
    for (const Command& sub : command.subcommands) {
      CHECK(help_text(command, 80).find("\n  " + last_word(sub.description) + ' ') !=
            std::string::npos);
    }
  }
}

TEST_CASE("each command has an example, and it works") {
  const Desk desk;
  for (const Command* command : every_command()) {
    CAPTURE(full_name(command->description));
    REQUIRE(!command->description.example.empty());
    const CommandResult result = desk.run(shortened(*command));
    CAPTURE(result.err);
    // What a browser needs may not have been built.
    if (result.err.find("./dev explore") == std::string::npos) CHECK(result.status == 0);
  }
  CHECK(desk.run(palsim_command().description.example).status == 0);
  for (const Command& command : palsim_command().subcommands) {
    CAPTURE(full_name(command.description));
    if (command.run != nullptr) continue;
    REQUIRE(!command.description.example.empty());
    CHECK(desk.run(command.description.example).status == 0);
  }
}

TEST_CASE("what has a format has Markdown") {
  for (const Command* command : every_command()) {
    CAPTURE(full_name(command->description));
    for (const OptionText& option : option_texts(command->options)) {
      if (option.name == "--format") CHECK(option.value.ends_with("|markdown"));
    }
  }
}

TEST_CASE("a summary's lines flow, but indented ones stay") {
  CHECK(paragraphs_of("a\nb\n\nc\n  d  e\nf") ==
        std::vector<std::string>{"a b", "", "c", "  d  e", "f"});
}
