// Whatever stands in a file or an assignment, the answer is a result or one line that says where
// and what is wrong. PALSIM_FUZZ_SEED asks for other mutations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "experiments/experiment/experiment.hpp"
#include "models/loader.hpp"
#include "tests/support/mutation.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace {

namespace fs = std::filesystem;

std::uint32_t first_seed() {
  const char* given = std::getenv("PALSIM_FUZZ_SEED");
  return given == nullptr ? 1 : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// All TOML files of a folder of the project, in order of their names.
std::vector<std::string> texts_in(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(PALSIM_ROOT) / folder)) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> texts;
  for (const fs::path& path : paths) texts.push_back(read(path));
  REQUIRE(!texts.empty());
  return texts;
}

// Whether a message is one line "file:line:column: ...".
bool names_its_place(const std::string& message) {
  std::size_t at = message.find(".toml:");
  if (at == std::string::npos) return false;
  at += 6;
  for (int number = 0; number < 2; ++number) {
    const std::size_t begin = at;
    while (at < message.size() && std::isdigit(static_cast<unsigned char>(message[at]))) ++at;
    if (at == begin || at == message.size() || message[at++] != ':') return false;
  }
  return message.size() > at + 1 && message[at] == ' ';
}

bool is_one_line(const std::string& message) {
  return !message.empty() && message.find_first_of("\n\r") == std::string::npos;
}

struct Outcomes {
  int loaded = 0;
  int refused = 0;
};

// Loads; any fault but an InputError of the right form fails the test.
template <class Load, class IsPlaced>
void load(Outcomes& outcomes, const Load& action, const IsPlaced& is_placed) {
  try {
    action();
    ++outcomes.loaded;
  } catch (const InputError& error) {
    const std::string message = error.what();
    CAPTURE(message);
    REQUIRE(is_one_line(message));
    REQUIRE(is_placed(message));
    ++outcomes.refused;
  }
}

// A test that refuses everything, or nothing, has not tested much.
void check_both(const Outcomes& outcomes) {
  CHECK(outcomes.loaded > 20);
  CHECK(outcomes.refused > 20);
}

template <class Read>
void fuzz_documents(const std::string& folder, std::uint32_t mutants, const Read& read_document) {
  const std::vector<std::string> originals = texts_in(folder);
  Outcomes outcomes;
  for (std::uint32_t seed = first_seed(); seed != first_seed() + mutants; ++seed) {
    Mutation mutation(seed);
    const std::string text = mutation.of(originals[mutation.below(originals.size())]);
    INFO("PALSIM_FUZZ_SEED=", seed);
    INFO("text: ", text);
    load(
        outcomes, [&] { read_document(parse_document(text, "f.toml")); },
        [](const std::string& message) {
          return message.starts_with("f.toml:") && names_its_place(message);
        });
  }
  check_both(outcomes);
}

// Values that assignments to a topology, a model or an experiment may begin from.
const std::vector<std::string> assignments{
    "steps=10",
    "workers=2",
    "seed=3",
    "compute.step_time=0.2s",
    "compute.jitter=0.1",
    "compute.slow_workers=[{ rank = 1, factor = 2 }]",
    "compute.stalls={ rate = \"1/h\", duration = \"1s\" }",
    "method.palsgd.sync_interval=128",
    "method.PALSGD.mix_probability=0.1",
    "method.ddp.label=DDP 2",
    "micro_batches=2",
    "batch_per_worker=64",
    "precision=bf16",
    "cluster=t4_pcie_x4",
    "model=mlp",
    "cluster.nodes=2",
    "cluster.fabric={ attach = \"bridge0\", bandwidth = \"1GB/s\" }",
    "cluster.device.fp32=8.1TFLOP/s",
    "cluster.transport.kind=ideal",
    "model.input=784",
    "cluster.node.workers=[\"gpu0\", \"gpu1\"]",
    "optimizer=adamw",
    "published.percent=5"};

}  // namespace

TEST_CASE("a mutated topology is read or refused in one line with its place") {
  fuzz_documents("topologies", 15'000, [](const Value& document) { read_topology(document); });
}

TEST_CASE("a mutated model is read or refused in one line with its place") {
  fuzz_documents("models", 15'000, [](const Value& document) { read_model(document); });
}

TEST_CASE("a mutated experiment is loaded or refused in one line with its place") {
  const TemporaryFolder folder;
  const std::vector<std::string> originals = texts_in("experiments");
  Outcomes outcomes;
  for (std::uint32_t seed = first_seed(); seed != first_seed() + 3000; ++seed) {
    Mutation mutation(seed);
    const std::string text = mutation.of(originals[mutation.below(originals.size())]);
    INFO("PALSIM_FUZZ_SEED=", seed);
    INFO("text: ", text);
    fs::remove(folder.path() / "mutant.toml");  // some file systems are slow to overwrite
    const std::string path = folder.write("mutant.toml", text);
    load(
        outcomes, [&] { load_experiment(path, {}); }, names_its_place);
  }
  check_both(outcomes);
}

TEST_CASE("mutated assignments are taken or refused in one line that names them or a place") {
  const std::string experiment = PALSIM_ROOT "/experiments/gptneo_8m_tinystories_t4.toml";
  Outcomes outcomes;
  for (std::uint32_t seed = first_seed(); seed != first_seed() + 3000; ++seed) {
    Mutation mutation(seed);
    std::vector<std::string> mutated{assignments[mutation.below(assignments.size())],
                                     assignments[mutation.below(assignments.size())]};
    for (std::string& assignment : mutated) {
      if (mutation.below(4) != 0) assignment = mutation.of(assignment);
    }
    INFO("PALSIM_FUZZ_SEED=", seed);
    INFO("--set ", mutated[0]);
    INFO("--set ", mutated[1]);
    load(
        outcomes, [&] { load_experiment(experiment, mutated); },
        [](const std::string& message) {
          return message.starts_with("--set ") || names_its_place(message);
        });
  }
  check_both(outcomes);
}
