// What completion offers, and that bash gets it.
#include "experiments/command/completion.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "experiments/command/option_text.hpp"
#include "tests/experiments/command/every_command.hpp"
#include "tests/support/palsim_home.hpp"

using namespace palsim;

namespace {

// What `palsim completion --words ...` prints, by lines.
Words offered(const Home& home, Words words) {
  words.insert(words.begin(), {"completion", "--words"});
  const CommandResult result = home.run(words);
  CHECK(result.status == 0);
  CHECK(result.err == "");
  Words lines;
  std::istringstream text(result.out);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What bash offers for a line that it has parted into words, the cursor behind the last.
Words bash_offers(const Home& home, const std::string& comp_words) {
  const std::string script =
      "palsim() { " PALSIM_COMMAND " \"$@\"; }; source <(palsim completion bash); COMP_WORDS=(" +
      comp_words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _palsim; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const CommandResult result =
      run_command(home.folder().path(), {"env", "PALSIM_HOME=.", "bash", "-c", script});
  CHECK(result.status == 0);
  CHECK(result.err == "");
  Words lines;
  std::istringstream text(result.out);
  for (std::string line; std::getline(text, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("every command, option and word of an option is offered where it may stand") {
  const auto words_of = [](const Command& command) {
    Words words;
    std::istringstream name(command.description.name);
    for (std::string word; name >> word;) words.push_back(word);
    return words;
  };
  for (const Command* command : every_command()) {
    CAPTURE(full_name(command->description));
    Words words = words_of(*command);
    CHECK(has(completions_of(palsim_command(), words).words, words.back()));
    for (const OptionText& option : option_texts(command->options)) {
      CAPTURE(option.name);
      words.push_back(option.name.substr(0, option.name.size() - 1));
      CHECK(has(completions_of(palsim_command(), words).words, option.name));
      words.back() = option.name;
      words.emplace_back();
      const Words choices = choices_of(option.value);
      if (!choices.empty()) CHECK(completions_of(palsim_command(), words).words == choices);
      words.pop_back();
      words.pop_back();
    }
  }
}

TEST_CASE("names of experiments and clusters are offered, and files") {
  const Home home;
  CHECK(offered(home, {"predict", ""}) == Words{"small", "<files>"});
  CHECK(offered(home, {"network", ""}) == Words{"small_cluster", "<files>"});
  CHECK(offered(home, {"calibrate", "network", "x.log", "--cluster", "sm"}) ==
        Words{"small_cluster", "<files>"});
  CHECK(offered(home, {"import", "topo.txt", "--out", ""}) == Words{"<files>"});
  CHECK(offered(home, {"train", "small", "--checkpoint", ""}) == Words{"<folders>"});
  CHECK(offered(home, {"calibrate", ""}) == Words{"network", "machine"});
  CHECK(offered(home, {"completion", ""}) == Words{"bash"});
  CHECK(offered(home, {"val"}) == Words{"validate"});
  CHECK(has(offered(home, {"validate", ""}), "l40s_tcp"));
}

TEST_CASE("a word of an option is completed however it is parted from it") {
  const Home home;
  CHECK(offered(home, {"predict", "small", "--format", "j"}) == Words{"json"});
  CHECK(offered(home, {"predict", "small", "--format=j"}) == Words{"json"});
  CHECK(offered(home, {"predict", "small", "--format", "=", "j"}) == Words{"json"});
  CHECK(has(offered(home, {"predict", "small", "--format", "="}), "csv"));
  CHECK(offered(home, {"predict", "small", "--form"}) == Words{"--format"});
}

TEST_CASE("keys are those that the experiment's reader knows, and its files' readers") {
  const Home home;
  const auto keys = [&](const std::string& typed) {
    return offered(home, {"predict", "small", "--set", typed});
  };
  CHECK(keys("step") == Words{"steps="});
  CHECK(has(keys(""), "seeds="));  // not in the file
  CHECK(has(keys(""), "compute."));
  CHECK(has(keys("cl"), "cluster="));
  CHECK(has(keys("cl"), "cluster."));
  CHECK(keys("compute.ji") == Words{"compute.jitter="});
  CHECK(keys("method.p") == Words{"method.palsgd."});
  CHECK(keys("method.palsgd.sync_i") == Words{"method.palsgd.sync_interval="});
  CHECK(keys("cluster.device.memory_b") == Words{"cluster.device.memory_bandwidth="});
  CHECK(keys("nobody.knows") == Words{});
  CHECK(offered(home, {"sweep", "small", "--over", "compute.ji"}) == Words{"compute.jitter="});
  CHECK(offered(home, {"network", "small_cluster", "--set", "node.wo"}) == Words{"node.workers="});
  CHECK(offered(home, {"predict", "small", "--set", "steps", "="}) == Words{});
  CHECK(offered(home, {"predict", "small", "--set", "steps", "=", "5"}) == Words{});
  CHECK(offered(home, {"train", "small", "--method", "p"}) == Words{"palsgd"});
}

TEST_CASE("each key that is offered can be set") {
  const Home home;
  for (const std::string& key : offered(home, {"predict", "small", "--set", ""})) {
    if (!key.ends_with('=')) continue;
    const std::string refusal = home.run({"predict", "small", "--set", key + "nobodys_value"}).err;
    CHECK(refusal.find("unknown key") == std::string::npos);
  }
}

TEST_CASE("bash completes commands, options, words, names and keys") {
  const Home home;
  CHECK(bash_offers(home, "palsim pre") == Words{"predict"});
  CHECK(bash_offers(home, "palsim predict sm") == Words{"small"});
  CHECK(bash_offers(home, "palsim predict small --fo") == Words{"--format"});
  CHECK(bash_offers(home, "palsim predict small --format ''") ==
        Words{"table", "json", "csv", "gain", "markdown"});
  CHECK(bash_offers(home, "palsim predict small --format = js") == Words{"json"});
  CHECK(bash_offers(home, "palsim predict small --set method.palsgd.mix_p") ==
        Words{"method.palsgd.mix_probability="});
  home.folder().write("data folder/log 1.txt", "");
  CHECK(bash_offers(home, "palsim calibrate network data") == Words{"data folder"});
  CHECK(bash_offers(home, "palsim nothing ''") == Words{});
}

TEST_CASE("what is no shell that palsim knows is refused in a line") {
  const Home home;
  CHECK(home.refusal({"completion", "fish"}) == "palsim completion fish: not a shell; known: bash");
  CHECK(home.refusal({"completion", "bahs"}) ==
        "palsim completion bahs: not a shell; did you mean 'bash'?");
  CHECK(home.refusal({"completion"}) == "palsim completion: 0 shells; write bash");
  CHECK(home.refusal({"predict", "small", "--format", "markdwon"}) ==
        "--format markdwon: not a format; did you mean 'markdown'?");
  CHECK(home.refusal({"man", "predict"}) == "palsim man: takes no words; leave them out");
}
