// The house has floors: who includes whom, and who links whom, may only point down.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path root = PALSIM_ROOT;

// What each layer may use, by its folder.
const std::map<std::string, Names> allowed{
    {"sim/core", {}},
    {"sim/methods", {"sim/core"}},
    {"sim/collectives", {"sim/core"}},
    {"sim/network", {"sim/core", "sim/collectives"}},
    {"sim/replay", {"sim/core", "sim/methods", "sim/collectives", "sim/network"}},
    {"models", {"sim/core"}},
    {"topologies", {"sim/core", "sim/collectives", "sim/network"}},
    {"real", {"sim/core", "sim/methods", "sim/collectives", "models"}},
    {"experiments",
     {"sim/core", "sim/methods", "sim/collectives", "sim/network", "sim/replay", "models",
      "topologies", "real"}},
};

std::string read(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The layer whose folder holds `path` (relative to the root), or nothing.
std::string layer_of(const std::string& path) {
  for (const auto& [layer, uses] : allowed) {
    if (path.starts_with(layer + '/')) return layer;
  }
  return "";
}

// Relative paths of all sources of the layers.
std::vector<std::string> sources() {
  std::vector<std::string> found;
  for (const char* folder : {"sim", "models", "topologies", "real", "experiments"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      if (Names{".hpp", ".cpp", ".h", ".cu", ".cuh"}.contains(extension)) {
        found.push_back(fs::relative(entry.path(), root).string());
      }
    }
  }
  return found;
}

std::vector<std::string> first_groups(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern, std::regex::multiline);
  std::vector<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
    found.push_back((*at)[1]);
  }
  return found;
}

std::vector<std::string> own_includes(const std::string& text) {
  return first_groups(text, R"re(^\s*#\s*include\s*"([^"]*)")re");
}
std::vector<std::string> foreign_includes(const std::string& text) {
  return first_groups(text, R"re(^\s*#\s*include\s*<([^>]*)>)re");
}

// The layers that each layer's sources include.
std::map<std::string, Names> included_layers() {
  std::map<std::string, Names> layers;
  for (const std::string& source : sources()) {
    const std::string layer = layer_of(source);
    layers[layer];
    for (const std::string& include : own_includes(read(root / source))) {
      const std::string used = layer_of(include);
      if (used != layer) layers[layer].insert(used);
    }
  }
  return layers;
}

// The folder of the target palsim_<name>; experiments/ is built of several.
std::string folder_of(const std::string& name) {
  if (allowed.contains("sim/" + name)) return "sim/" + name;
  return allowed.contains(name) ? name : "experiments";
}

// Folder -> folders of the layers after USES, from every palsim_layer( block.
std::map<std::string, Names> linked_layers() {
  std::map<std::string, Names> layers;
  for (const char* folder : {"sim", "models", "topologies", "real", "experiments"}) {
    const fs::path file = root / folder / "CMakeLists.txt";
    if (!fs::exists(file)) continue;
    for (const std::string& block : first_groups(read(file), R"(palsim_layer\(([^)]*)\))")) {
      std::istringstream words(block);
      std::string word;
      std::string first;
      words >> first;
      Names& uses = layers[folder_of(first)];
      bool in_uses = false;
      while (words >> word) {
        if (word == "USES" || word == "SOURCES" || word == "PACKAGES") {
          in_uses = word == "USES";
        } else if (word.starts_with("palsim_")) {
          CHECK_MESSAGE(in_uses, word, " stands outside USES");
          uses.insert(folder_of(word.substr(7)));
        }
      }
      uses.erase(folder_of(first));
    }
  }
  return layers;
}

// `layer`'s uses, theirs, and so on.
Names reached(const std::map<std::string, Names>& uses, const std::string& layer) {
  Names all;
  for (const std::string& used : uses.at(layer)) {
    all.insert(used);
    all.merge(reached(uses, used));
  }
  return all;
}

bool is_simulation(const std::string& source) {
  return source.starts_with("sim/") || source.starts_with("models/") ||
         source.starts_with("topologies/");
}

}  // namespace

TEST_CASE("every source belongs to a layer") {
  CHECK(sources().size() > 50);
  for (const std::string& source : sources()) {
    CAPTURE(source);
    CHECK(layer_of(source) != "");
  }
}

TEST_CASE("an include names its layer from the root, and its file is there") {
  for (const std::string& source : sources()) {
    for (const std::string& include : own_includes(read(root / source))) {
      CAPTURE(source);
      CAPTURE(include);
      CHECK(layer_of(include) != "");
      CHECK(fs::is_regular_file(root / include));
    }
  }
}

TEST_CASE("no include points up") {
  for (const std::string& source : sources()) {
    const std::string layer = layer_of(source);
    for (const std::string& include : own_includes(read(root / source))) {
      const std::string used = layer_of(include);
      CAPTURE(source);
      CAPTURE(include);
      CHECK((used == layer || allowed.at(layer).contains(used)));
    }
  }
}

TEST_CASE("no target links up") {
  const auto linked = linked_layers();
  CHECK(linked.size() >= 8);
  for (const auto& [layer, uses] : linked) {
    CAPTURE(layer);
    REQUIRE(allowed.contains(layer));
    for (const std::string& used : uses) {
      CAPTURE(used);
      CHECK(allowed.at(layer).contains(used));
    }
  }
}

TEST_CASE("targets link what their sources include, and nothing that they do not") {
  const auto linked = linked_layers();
  for (const auto& [layer, included] : included_layers()) {
    CAPTURE(layer);
    REQUIRE(linked.contains(layer));
    const Names reachable = reached(linked, layer);
    for (const std::string& used : included) {
      CAPTURE(used);
      CHECK(reachable.contains(used));
    }
    for (const std::string& used : linked.at(layer)) {
      CAPTURE(used);
      CHECK(included.contains(used));
    }
  }
}

// Two definitions of one name are undefined behaviour, and no linker says so.
TEST_CASE("no two headers define a type of the same name") {
  std::map<std::string, std::string> definitions;
  const std::regex type_or_namespace(
      R"re(^(?:(namespace) |struct |class |enum class )([\w:]+)(?: final)?(?: : [^;{]*)?\s*\{)re",
      std::regex::multiline);
  for (const std::string& source : sources()) {
    if (!source.ends_with(".hpp") && !source.ends_with(".cuh")) continue;
    const std::string text = read(root / source);
    std::string in;
    for (std::sregex_iterator at(text.begin(), text.end(), type_or_namespace), end; at != end;
         ++at) {
      const std::string name = in + "::" + (*at)[2].str();
      if ((*at)[1].matched) {
        in = (*at)[2];
        continue;
      }
      CAPTURE(name);
      CAPTURE(source);
      const auto [known, is_new] = definitions.emplace(name, source);
      CHECK_MESSAGE(is_new, "also in ", known->second);
    }
  }
  CHECK(definitions.size() > 300);
}

TEST_CASE("nothing but the CUDA module sees CUDA, and of the module others see its door alone") {
  const auto is_of_cuda = [](const std::string& include) {
    for (const char* prefix : {"cuda", "cublas", "cudnn", "nccl", "nvtx", "cub/"}) {
      if (include.starts_with(prefix)) return true;
    }
    return false;
  };
  for (const std::string& source : sources()) {
    if (source.starts_with("real/cuda/") && source != "real/cuda/cuda_module.hpp") continue;
    CAPTURE(source);
    const std::string text = read(root / source);
    for (const std::string& include : foreign_includes(text)) {
      CAPTURE(include);
      CHECK_FALSE(is_of_cuda(include));
    }
    for (const std::string& include : own_includes(text)) {
      CAPTURE(include);
      CHECK((include == "real/cuda/cuda_module.hpp" || !include.starts_with("real/cuda/")));
    }
  }
}

TEST_CASE("the simulation knows no threads, no clock, no terminal and no operating system") {
  const Names banned{"thread",   "mutex",    "shared_mutex", "condition_variable",
                     "future",   "atomic",   "chrono",       "ctime",
                     "time.h",   "unistd.h", "omp.h",        "iostream",
                     "pthread.h"};
  for (const std::string& source : sources()) {
    if (!is_simulation(source)) continue;
    CAPTURE(source);
    const std::string text = read(root / source);
    for (const std::string& include : foreign_includes(text)) {
      CAPTURE(include);
      CHECK_FALSE(banned.contains(include));
      CHECK_FALSE(include.starts_with("sys/"));
    }
    CHECK(first_groups(text, R"re(^\s*#\s*pragma\s+(omp\b.*))re").empty());
  }
}

TEST_CASE("of the simulation only the reader of documents touches files") {
  const Names files{"fstream", "filesystem", "cstdio", "stdio.h", "fcntl.h"};
  std::size_t readers = 0;
  for (const std::string& source : sources()) {
    if (!is_simulation(source)) continue;
    for (const std::string& include : foreign_includes(read(root / source))) {
      if (!files.contains(include)) continue;
      CAPTURE(include);
      CHECK(source == "sim/core/document.cpp");
      ++readers;
    }
  }
  CHECK(readers == 1);
}

TEST_CASE(
    "of the C library's functions the simulation takes none that rounds as the machine does") {
  const std::string rounding =
      R"re(std::((?:a?(?:sin|cos|tan)h?|exp2?|expm1|log(?:2|10|1p)?|pow|cbrt|hypot|erfc?|[lt]gamma)\())re";
  for (const std::string& source : sources()) {
    if (!is_simulation(source) || source == "sim/core/elementary.cpp") continue;
    CAPTURE(source);
    CHECK(first_groups(read(root / source), rounding) == std::vector<std::string>{});
  }
}

TEST_CASE("a browser's core is built of the prediction, and includes what that has") {
  const std::string build = read(root / "web/core/CMakeLists.txt");
  CHECK(first_groups(build, R"re(target_link_libraries\(\w+ PRIVATE ([^)]*)\))re") ==
        std::vector<std::string>{"palsim_prediction"});
  for (const std::string& include : own_includes(read(root / "web/core/palsim_core.cpp"))) {
    CAPTURE(include);
    CHECK(layer_of(include) == "experiments");
  }
}
