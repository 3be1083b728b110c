#include "experiments/loss/probe_cache.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "experiments/command/content_digest.hpp"
#include "experiments/command/output_file.hpp"
#include "sim/core/document.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int format = 1;
const std::string marker_start = "palsim's probes, format ";

std::string marker() { return fmt::format("{}{}\n", marker_start, format); }

// What a process that was killed had begun to write is no one's.
bool holds_something(const fs::path& folder) {
  return std::any_of(
      fs::directory_iterator(folder), fs::directory_iterator(),
      [](const fs::directory_entry& entry) { return entry.path().extension() != ".partial"; });
}

void require_this_format(const fs::path& folder, const std::string& found) {
  require<InputError>(found.starts_with(marker_start),
                      "{}: not a cache of probes; write another --probe-cache", folder.string());
  require<InputError>(found == marker(),
                      "{}: a cache of another version of palsim, whose format is {}, not {}; write "
                      "another --probe-cache, or remove it",
                      folder.string(),
                      found.substr(marker_start.size(), found.find('\n') - marker_start.size()),
                      format);
}

Json json_of(const RunIdentities& identity) {
  Json json = Json::object();
  for (const RunIdentity& part : identity) json[part.key] = part.value;
  return json;
}

std::string text_of(const RunIdentities& identity, const ProbedRun& run) {
  Json entry{{"identity", json_of(identity)},
             {"seed", run.curve.seed},
             {"diverged", nullptr},
             {"steps", run.curve.steps},
             {"losses", run.curve.losses}};
  if (run.diverged) entry["diverged"] = *run.diverged;
  entry["digest"] = content_digest(entry.dump());
  return entry.dump() + '\n';
}

// Nothing if the text is no entry, or not as it was written.
std::optional<ProbedRun> run_of(const std::string& text, const RunIdentities& identity) try {
  Json entry = Json::parse(text);
  const auto digest = entry.at("digest").get<std::string>();
  entry.erase("digest");
  if (digest != content_digest(entry.dump())) return std::nullopt;
  if (entry.at("identity") != json_of(identity)) return std::nullopt;
  ProbedRun run{.curve = {.seed = entry.at("seed").get<Seed>(),
                          .steps = entry.at("steps").get<std::vector<double>>(),
                          .losses = entry.at("losses").get<std::vector<double>>()},
                .diverged = std::nullopt};
  if (!entry.at("diverged").is_null()) run.diverged = entry.at("diverged").get<Step>();
  run.curve.diverged = run.diverged.has_value();
  return run;
} catch (const Json::exception&) {
  return std::nullopt;
}

}  // namespace

fs::path usual_probe_cache() {
  const auto folder_in = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? fs::path() : fs::path(value);
  };
  const fs::path cache = folder_in("XDG_CACHE_HOME");
  if (cache.is_absolute()) return cache / "palsim" / "probes";  // as its specification says
  const fs::path home = folder_in("HOME");
  require<InputError>(!home.empty(),
                      "neither HOME nor XDG_CACHE_HOME is set; write --probe-cache FOLDER");
  return home / ".cache" / "palsim" / "probes";
}

ProbeCache::ProbeCache(fs::path folder) : folder_(std::move(folder)) {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  require<InputError>(!failure && fs::is_directory(folder_),
                      "{}: no folder, and none can be made; write another --probe-cache",
                      folder_.string());
  const fs::path marked = folder_ / "format";
  if (!holds_something(folder_)) {
    write_whole_file(marked.string(), marker());
    return;
  }
  require<InputError>(fs::exists(marked),
                      "{}: not a cache of probes, but not empty; write another --probe-cache",
                      folder_.string());
  require_this_format(folder_, load_text(marked.string(), "file"));
}

std::optional<ProbedRun> ProbeCache::find(const RunIdentities& identity) const {
  const fs::path path = path_of(identity);
  if (!fs::exists(path)) return std::nullopt;
  std::optional<ProbedRun> run = run_of(load_text(path.string(), "file"), identity);
  require<InputError>(run.has_value(), "{}: a damaged probe; remove it", path.string());
  return run;
}

void ProbeCache::require_place(const RunIdentities& identity) const {
  require_writable(path_of(identity).string());
}

void ProbeCache::keep(const RunIdentities& identity, const ProbedRun& run) const {
  write_whole_file(path_of(identity).string(), text_of(identity, run));
}

fs::path ProbeCache::path_of(const RunIdentities& identity) const {
  return folder_ / (content_digest(json_of(identity).dump()) + ".json");
}

}  // namespace palsim
