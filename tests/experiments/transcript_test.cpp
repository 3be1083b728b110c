// The READMEs and the golden files are transcripts: each ```console block is run as it stands and
// must print what it shows; each ```toml or ```text block that begins with "# NAME.toml" or
// "# NAME.log" is first written to that file. Of a "```console measured" block only the words
// count: its figures are measured anew on every run. PALSIM_UPDATE=1 rewrites the blocks that
// differ with what the commands print now. They run on a copy of palsim's data, so that what they
// write there (palsim validate its results) is not written into the sources.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.hpp"

namespace fs = std::filesystem;

namespace {

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_file(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

// A copy of palsim's data, and a folder for what transcripts name.
class Playground {
 public:
  Playground() {
    fs::create_directory(files());
    fs::create_directory(home());
    for (const char* data : {"experiments", "models", "topologies"}) {
      fs::copy(fs::path(PALSIM_ROOT) / data, home() / data, fs::copy_options::recursive);
    }
  }
  fs::path home() const { return folder_.path() / "home"; }
  fs::path files() const { return folder_.path() / "files"; }

 private:
  palsim::TemporaryFolder folder_;
};

// What the command prints on both streams, run where the transcript's files lie.
std::string output_of(const std::string& command, const Playground& playground) {
  const std::string line = "cd '" + playground.files().string() + "' && export PALSIM_HOME='" +
                           playground.home().string() + "' && PATH='" +
                           fs::path(PALSIM_COMMAND).parent_path().string() + "':$PATH && (" +
                           command + ") 2>&1";
  FILE* pipe = popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const std::size_t count = fread(buffer, 1, sizeof buffer, pipe))
    output.append(buffer, count);
  pclose(pipe);
  return output;
}

// The text without its figures, their units, bars, the widths of what stands in columns, and the
// machine's name.
std::string without_figures(std::string text) {
  text = std::regex_replace(text, std::regex(R"( [=+#.]+(?=\n))"), " #");
  text = std::regex_replace(text, std::regex(R"([-+]?\d+(\.\d+)?(e[-+]?\d+)?( (ns|us|ms|s)\b)?)"),
                            "#");
  text = std::regex_replace(text, std::regex("cores? of [^;]*;"), "cores of #;");
  text = std::regex_replace(text, std::regex("--+"), "--");
  return std::regex_replace(text, std::regex(" +"), " ");
}

// The transcript with every console block as its commands print now.
std::string run_again(const std::string& transcript, const Playground& playground, int& commands) {
  std::istringstream lines(transcript);
  std::string result;
  std::string line;
  std::string file;  // being written by a toml or text block
  std::string contents;
  enum class In { prose, content, console, measured } in = In::prose;
  std::string shown;  // by the last command of a measured block
  std::string now;
  const auto end_measured = [&] {
    result += without_figures(now) == without_figures(shown) ? shown : now;
    shown.clear();
    now.clear();
  };
  while (std::getline(lines, line)) {
    if (in == In::prose) {
      result += line + '\n';
      if (line == "```toml" || line == "```text") in = In::content;
      if (line == "```console") in = In::console;
      if (line == "```console measured") in = In::measured;
    } else if (line == "```") {
      end_measured();
      if (!file.empty()) write_file(playground.files() / file, contents);
      file.clear();
      contents.clear();
      in = In::prose;
      result += line + '\n';
    } else if (in == In::content) {
      const bool is_name =
          line.ends_with(".toml") || line.ends_with(".log") || line.ends_with(".csv");
      if (contents.empty() && line.starts_with("# ") && is_name) file = line.substr(2);
      contents += line + '\n';
      result += line + '\n';
    } else if (line.starts_with("$ ")) {
      end_measured();
      ++commands;
      std::string command = line.substr(2);
      result += line + '\n';
      while (command.ends_with('\\') && std::getline(lines, line)) {
        command.pop_back();
        command += line;
        result += line + '\n';
      }
      (in == In::measured ? now : result) += output_of(command, playground);
    } else if (in == In::measured) {
      shown += line + '\n';
    }
  }
  return result;
}

}  // namespace

TEST_CASE("the READMEs and the golden transcripts print what they show") {
  const fs::path root(PALSIM_ROOT);
  std::vector<fs::path> transcripts{root / "README.md", root / "topologies/README.md",
                                    root / "models/README.md"};
  for (const auto& entry : fs::directory_iterator(root / "tests/golden")) {
    transcripts.push_back(entry.path());
  }
  std::sort(transcripts.begin(), transcripts.end());
  for (const fs::path& path : transcripts) {
    CAPTURE(path.string());
    const Playground playground;
    const std::string shown = read_file(path);
    int commands = 0;
    const std::string now = run_again(shown, playground, commands);
    CHECK(commands > 0);
    if (std::getenv("PALSIM_UPDATE") != nullptr) {
      write_file(path, now);
    } else {
      CHECK(now == shown);
    }
  }
}

TEST_CASE("a validation in a transcript leaves its results in the copy") {
  const Playground playground;
  const fs::path results = "experiments/validation/nccl/results.csv";
  const std::string committed = read_file(playground.home() / results);
  CHECK(!committed.empty());
  fs::remove(playground.home() / results);
  output_of("palsim validate nccl", playground);
  CHECK(read_file(playground.home() / results) == committed);
}

TEST_CASE("./dev demo runs what the README shows first") {
  const std::string readme = read_file(fs::path(PALSIM_ROOT) / "README.md");
  const std::size_t begin = readme.find("$ palsim ") + 2;
  std::istringstream shown(readme.substr(begin, readme.find('\n', begin) - begin));
  std::istringstream script(read_file(fs::path(PALSIM_ROOT) / "dev"));
  std::vector<std::string> words;  // of the script, line continuations left out
  for (std::string word; script >> word;) {
    if (word != "\\") words.push_back(word.ends_with("/palsim") ? "palsim" : word);
  }
  std::vector<std::string> command;
  for (std::string word; shown >> word;) command.push_back(word);
  CHECK(std::search(words.begin(), words.end(), command.begin(), command.end()) != words.end());
}
