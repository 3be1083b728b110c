#include "experiments/loss/probe_cache.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cmath>

#include "experiments/command/content_digest.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace fs = std::filesystem;

namespace {

const RunIdentities identity{{"model", "tiny"}, {"method", "H = 4 & 'quoted' \"text\""}};
const ProbedRun run{.curve = {.seed = 7, .steps = {1, 2, 4}, .losses = {2.5, 1.0 / 3, 1e-9}},
                    .diverged = 5};

std::string only_entry(const fs::path& folder) {
  std::string name;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    CHECK(name.empty());
    name = entry.path().filename();
  }
  return name;
}

}  // namespace

TEST_CASE("what was kept is found again, bit for bit, and nothing else is") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "new" / "cache";
  const ProbeCache cache(path);
  CHECK(!cache.find(identity));
  cache.keep(identity, run);
  for (const ProbeCache& opened : {cache, ProbeCache(path)}) {
    const auto found = opened.find(identity);
    REQUIRE(found);
    CHECK(found->curve.seed == run.curve.seed);
    CHECK(found->curve.steps == run.curve.steps);
    CHECK(found->curve.losses == run.curve.losses);
    CHECK(found->diverged == run.diverged);
  }
  ProbedRun sound = run;
  sound.diverged.reset();
  cache.keep({{"model", "other"}}, sound);
  CHECK(!cache.find({{"model", "other"}})->diverged);
  CHECK(!cache.find({{"model", "tiny"}}));
  CHECK(!cache.find({{"method", identity[1].value}, {"model", "tiny"}}));
}

TEST_CASE("a cache of another version is refused as it is") {
  const TemporaryFolder folder;
  ProbeCache(folder.path()).keep(identity, run);
  const std::string entry = only_entry(folder.path());
  const std::string content = folder.read(entry);
  CHECK(folder.read("format") == "palsim's probes, format 1\n");
  folder.write("format", "palsim's probes, format 12\n");
  CHECK(complaint_of([&] { ProbeCache(folder.path()); }) ==
        folder.path().string() +
            ": a cache of another version of palsim, whose format is 12, not 1; write another "
            "--probe-cache, or remove it");
  CHECK(folder.read("format") == "palsim's probes, format 12\n");
  CHECK(folder.read(entry) == content);
}

TEST_CASE("a folder of something else is refused, an empty one taken") {
  const TemporaryFolder folder;
  folder.write("format.123.partial", "palsim's");
  CHECK(complaint_of([&] { ProbeCache(folder.path()); }) == "none");
  fs::remove(folder.path() / "format");
  folder.write("thesis.txt", "years of work");
  CHECK(complaint_of([&] {
          ProbeCache(folder.path());
        }).ends_with(": not a cache of probes, but not empty; write another --probe-cache"));
  CHECK(!fs::exists(folder.path() / "format"));
  folder.write("format", "A4\n");
  CHECK(complaint_of([&] {
          ProbeCache(folder.path());
        }).ends_with(": not a cache of probes; write another --probe-cache"));
  CHECK(complaint_of([&] {
          ProbeCache(folder.path() / "thesis.txt");
        }).ends_with("thesis.txt: no folder, and none can be made; write another --probe-cache"));
  CHECK(folder.read("thesis.txt") == "years of work");
}

TEST_CASE("a probe with any byte lost or changed is refused by its name") {
  const TemporaryFolder folder;
  const ProbeCache cache(folder.path());
  cache.keep(identity, run);
  const std::string entry = only_entry(folder.path());
  const std::string content = folder.read(entry);
  const std::string refusal = (folder.path() / entry).string() + ": a damaged probe; remove it";
  for (std::size_t at = 0; at + 1 < content.size(); ++at) {
    CAPTURE(at);
    folder.write(entry, content.substr(0, at));
    CHECK(complaint_of([&] { cache.find(identity); }) == refusal);
    std::string changed = content;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    folder.write(entry, changed);
    CHECK(complaint_of([&] { cache.find(identity); }) == refusal);
  }
  // Whole, but of another training.
  const RunIdentities other{{"model", "other"}};
  const TemporaryFolder second;
  ProbeCache(second.path()).keep(other, run);
  folder.write(entry, second.read(only_entry(second.path())));
  CHECK(complaint_of([&] { cache.find(identity); }) == refusal);
}

TEST_CASE("processes that share a cache only ever find whole probes") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "cache";
  constexpr int processes = 4;
  constexpr int trainings = 50;
  const auto numbered = [](int at) { return RunIdentities{{"number", std::to_string(at)}}; };
  std::vector<pid_t> children;
  for (int child = 0; child < processes; ++child) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    int faults = 0;
    try {
      const ProbeCache cache(path);
      for (int at = 0; at < trainings; ++at) {
        cache.keep(numbered(at), run);
        for (int other = 0; other < trainings; other += 7) cache.find(numbered(other));
      }
    } catch (...) {
      faults = 1;
    }
    _exit(faults);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  const ProbeCache cache(path);
  for (int at = 0; at < trainings; ++at) {
    CHECK(cache.find(numbered(at))->curve.losses == run.curve.losses);
  }
}

TEST_CASE("the usual cache is where the environment says") {
  const char* home = std::getenv("HOME");
  const std::string before = home == nullptr ? "" : home;
  setenv("HOME", "/home/someone", 1);
  unsetenv("XDG_CACHE_HOME");
  CHECK(usual_probe_cache() == "/home/someone/.cache/palsim/probes");
  setenv("XDG_CACHE_HOME", "relative", 1);
  CHECK(usual_probe_cache() == "/home/someone/.cache/palsim/probes");
  setenv("XDG_CACHE_HOME", "/scratch/cache", 1);
  CHECK(usual_probe_cache() == "/scratch/cache/palsim/probes");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  CHECK(complaint_of([] { usual_probe_cache(); }) ==
        "neither HOME nor XDG_CACHE_HOME is set; write --probe-cache FOLDER");
  if (home != nullptr) setenv("HOME", before.c_str(), 1);
}

TEST_CASE("digests differ as contents do, also beyond what is read at once") {
  CHECK(content_digest("a") == content_digest("a"));
  CHECK(content_digest("a") != content_digest("b"));
  const TemporaryFolder folder;
  std::string content((std::size_t{1} << 20) + 10, 'x');
  const std::string first = file_digest(folder.write("file", content));
  CHECK(file_digest(folder.write("copy", content)) == first);
  content.back() = 'y';
  CHECK(file_digest(folder.write("file", content)) != first);
  content.back() = 'x';
  content.front() = 'y';
  CHECK(file_digest(folder.write("file", content)) != first);
  CHECK(complaint_of([&] {
          file_digest(folder.path() / "none");
        }).ends_with("cannot be read; write the name of a readable file"));
}
