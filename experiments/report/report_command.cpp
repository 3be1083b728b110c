#include "experiments/report/report_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/command/command_line.hpp"
#include "experiments/command/data_folders.hpp"
#include "experiments/command/messages.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/command/shell_word.hpp"
#include "experiments/report/inlined_page.hpp"
#include "experiments/report/prediction_part.hpp"
#include "experiments/report/result_file.hpp"
#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;
using Texts = std::vector<std::string>;

const CommandDescription description{
    .name = "report",
    .brief = "a page for the browser: bars, timelines, links and tables of any result",
    .usage = "EXPERIMENT|RESULT...",
    .summary =
        "Writes a page for the browser, one HTML file that needs no network: where each method's\n"
        "time goes, timelines, spread, links, and a table of all numbers.\n"
        "An EXPERIMENT (a name in experiments/ or the path of a TOML file) is predicted; a RESULT "
        "is\n"
        "a file that palsim predict, sweep, choose, train, validate or network --all-reduce wrote\n"
        "with --format json or csv. Several are shown in order, 100 000 rows of results at most.",
    .example = "palsim report gptneo_8m_tinystories_t4 --out gptneo.html",
    .positional = "subject"};

struct ReportArguments {
  Texts subjects;
  Texts overrides;
  std::string out;
};

po::options_description described_options() {
  po::options_description options;
  options.add_options()("out", po::value<std::string>()->value_name("FILE"),
                        "the page; report.html in the current folder if left out")(
      "set", po::value<Texts>()->value_name("KEY=VALUE"),
      "set a key of each experiment, as for predict; may be repeated");
  return options;
}

// Nothing if help was asked for.
std::optional<ReportArguments> parse(const Texts& arguments) {
  const auto values = parse_command(description, described_options(), arguments);
  if (!values) return std::nullopt;
  ReportArguments parsed{.subjects = value_or<Texts>(*values, "subject", {}),
                         .overrides = value_or<Texts>(*values, "set", {}),
                         .out = value_or<std::string>(*values, "out", "report.html")};
  require<InputError>(!parsed.subjects.empty(),
                      "palsim report: nothing to show; write a name in experiments/, the path of "
                      "a TOML file or of a result");
  require_writable(parsed.out);
  return parsed;
}

// What is told apart by its name is not looked for.
bool is_result(const std::string& subject) {
  const std::filesystem::path path(subject);
  if (path.extension() == ".toml") return false;
  if (path.extension() == ".json" || path.extension() == ".csv") return true;
  std::error_code none;
  const bool known =
      subject.find('/') == std::string::npos &&
      std::filesystem::exists(data_home() / "experiments" / (subject + ".toml"), none);
  return !known && std::filesystem::exists(path, none);
}

// One of the arguments, read: either's parts come in its place.
struct Subject {
  std::string name;
  std::optional<Experiment> experiment;
  std::vector<Json> parts;

  std::size_t runs() const { return experiment ? experiment->runs.size() : 0; }
};

std::size_t rows_of(const std::vector<Subject>& subjects) {
  std::size_t rows = 0;
  for (const Subject& subject : subjects) {
    for (const Json& part : subject.parts) rows += part.contains("rows") ? part["rows"].size() : 0;
  }
  return rows;
}

std::vector<Subject> read_subjects(const ReportArguments& arguments,
                                   const std::filesystem::path& page) {
  Texts inputs{page.string()};
  for (const std::string& name : arguments.subjects) {
    if (is_result(name)) inputs.push_back(name);
  }
  require_no_input("out", arguments.out, inputs);
  std::vector<Subject> subjects;
  for (const std::string& name : arguments.subjects) {
    Subject& subject = subjects.emplace_back(Subject{.name = name});
    if (is_result(name)) {
      subject.parts = parts_of_result(name);
      require<InputError>(rows_of(subjects) <= most_result_rows,
                          "{}: {} rows with those before it; a page holds {}, write fewer results",
                          name, rows_of(subjects), most_result_rows);
    } else {
      subject.experiment = load_experiment(name, arguments.overrides);
      require_no_input("out", arguments.out, subject.experiment->files);
    }
  }
  const bool any = std::any_of(subjects.begin(), subjects.end(),
                               [](const Subject& subject) { return subject.runs() > 0; });
  require<InputError>(any || arguments.overrides.empty(),
                      "--set {}: there is no experiment to set it in; leave it out, or write one",
                      arguments.overrides.empty() ? "" : arguments.overrides.front());
  return subjects;
}

// Experiments share the room by their numbers of runs.
void predict_all(std::vector<Subject>& subjects, const Texts& overrides) {
  std::size_t all = 0;
  for (const Subject& subject : subjects) all += subject.runs();
  std::size_t before = 0;
  ProgressBar bar;
  for (Subject& subject : subjects) {
    if (!subject.experiment) continue;
    const std::size_t own = subject.runs();
    const PageRoom whole;
    const PartRequest request{.source = std::filesystem::path(subject.name).filename().string(),
                              .overrides = overrides,
                              .room = {.timeline_segments = whole.timeline_segments * own / all,
                                       .link_uses = whole.link_uses * own / all}};
    subject.parts = prediction_parts(*subject.experiment, request, [&](double share) {
      bar.advance((static_cast<double>(before) + share * static_cast<double>(own)) /
                  static_cast<double>(all));
    });
    before += own;
  }
}

std::string command_of(const Texts& words) {
  std::string command = "palsim report";
  for (const std::string& word : words) command += ' ' + shell_word(word);
  return command;
}

// Text that is not UTF-8 is shown with replacement characters.
std::string data_of(std::vector<Subject> subjects, const std::string& command) {
  Json parts = Json::array();
  for (Subject& subject : subjects) {
    for (Json& part : subject.parts) parts.push_back(std::move(part));
  }
  const Json data{{"palsim", {{"version", PALSIM_VERSION}, {"command", command}}},
                  {"parts", std::move(parts)}};
  return data.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void run(const Texts& words) {
  const std::optional<ReportArguments> arguments = parse(words);
  if (!arguments) return;
  const std::filesystem::path path = data_home() / "web" / "report" / "report.html";
  const std::string page = inlined_page(path);
  std::vector<Subject> subjects = read_subjects(*arguments, path);
  predict_all(subjects, arguments->overrides);
  const std::string html =
      with_data(page, "palsim-data", data_of(std::move(subjects), command_of(words)));
  write_whole_file(arguments->out, html);
  std::cout << fmt::format("{}: {}, to be opened in a browser\n", arguments->out,
                           to_string(Bytes(static_cast<std::int64_t>(html.size()))));
}

}  // namespace

Command report_command() { return {description, described_options(), run}; }

}  // namespace palsim
