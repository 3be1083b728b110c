// palsim report: the page that it writes, and what it refuses.
#include <set>

#include "tests/experiments/report/report_home.hpp"

using namespace palsim;

namespace {

// Of the value, wherever it stands.
bool holds(const Json& json, const Json& value) {
  if (json == value) return true;
  for (const Json& part : json) {
    if (json.is_structured() && holds(part, value)) return true;
  }
  return false;
}

Words without_partials(const ReportHome& home) {
  Words names;
  for (const auto& entry : std::filesystem::directory_iterator(home.folder().path())) {
    if (entry.path().string().find(".partial") != std::string::npos) names.push_back(entry.path());
  }
  return names;
}

}  // namespace

TEST_CASE("The page of an experiment holds what palsim predict prints") {
  const ReportHome home;
  const Json printed = Json::parse(
      home.run({"predict", "small", "--set", "seeds=3", "--format", "json", "--links"}).out);
  const Json parts = home.parts_of({"small", "--set", "seeds=3"});
  REQUIRE(parts.size() == 1);
  CHECK(parts[0]["prediction"] == printed);
  CHECK(holds(parts[0]["settings"], Json({"set", "seeds=3"})));
  const std::string html = home.folder().read("page.html");
  CHECK(data_in(html)["palsim"] ==
        Json({{"version", PALSIM_VERSION},
              {"command", "palsim report small --set seeds=3 --out page.html"}}));
  CHECK(html.find("src=") == std::string::npos);
  CHECK(html.find("show('<\\/script>');") != std::string::npos);
}

TEST_CASE("Without --out the page is report.html in the current folder") {
  const ReportHome home;
  const CommandResult result = home.run({"report", "small"});
  CHECK(result.status == 0);
  CHECK(result.out.starts_with("report.html: "));
  CHECK(home.has("report.html"));
}

TEST_CASE("The same command gives the same bytes, for any number of threads") {
  const ReportHome home;
  std::set<std::string> pages;
  for (const std::string threads : {"1", "2", "2"}) {
    const CommandResult result =
        run_command(home.folder().path(), {"env", "PALSIM_HOME=" + home.folder().path().string(),
                                           "OMP_NUM_THREADS=" + threads, PALSIM_COMMAND, "report",
                                           "small", "--set", "seeds=5", "--out", "page.html"});
    CHECK(result.status == 0);
    pages.insert(home.folder().read("page.html"));
  }
  CHECK(pages.size() == 1);
  CHECK(pages.begin()->find(home.folder().path().string()) == std::string::npos);
}

TEST_CASE("Results of every command become parts in their order, as they are") {
  const ReportHome home;
  const std::string prediction =
      home.written("prediction", {"predict", "small", "--format", "json"});
  const Words over{"sweep", "small", "--over", "compute.jitter=0,0.2", "--over", "workers=1,2"};
  Words as_json = over;
  as_json.insert(as_json.end(), {"--format", "json"});
  const std::string rows = home.written("rows.json", as_json);
  const std::string table = home.written("rows.csv", over);
  const std::string choice =
      home.written("choice.json", {"choose", "small", "--steps", "50", "--format", "json"});
  const Words network{"network", "small_cluster", "--all-reduce", "1KiB:1MiB", "--format"};
  const std::string collectives = home.written(
      "collectives.json", {network[0], network[1], network[2], network[3], network[4], "json"});
  const Json parts = home.parts_of({prediction, rows, "small", table, choice, collectives});
  REQUIRE(parts.size() == 6);
  const auto read = [&](const std::string& name) { return Json::parse(home.folder().read(name)); };
  CHECK(parts[0]["kind"] == "prediction");
  CHECK(parts[0]["prediction"] == read(prediction));
  CHECK_FALSE(parts[0].contains("timelines"));
  CHECK(parts[1]["axes"] == Json({"compute.jitter", "workers"}));
  CHECK(parts[1]["rows"] == read(rows));
  CHECK(parts[2]["timelines"].size() == 2);
  CHECK(parts[3]["rows"] == read(rows));
  CHECK(parts[4]["choice"] == read(choice));
  CHECK(parts[5]["rows"] == read(collectives));
}

TEST_CASE("A question without an answer is shown, too") {
  const ReportHome home;
  const std::string choice =
      home.written("choice.json", {"choose", "small", "--steps", "50", "--set",
                                   "cluster.device.memory=1KB", "--format", "json"});
  const Json part = home.parts_of({choice}).at(0);
  CHECK(part["choice"]["choice"].is_null());
  CHECK(part["choice"]["cells"][0]["fits"] == false);
}

TEST_CASE("A prediction in CSV is the prediction, but for what CSV does not hold") {
  const ReportHome home;
  const Words words{"predict", "small", "--set", "workers=[1,2]", "--format"};
  const auto as = [&](const char* format) {
    Words more = words;
    more.emplace_back(format);
    return home.written(std::string("p.") + format, more);
  };
  Json parts = home.parts_of({as("json"), as("csv")});
  REQUIRE(parts.size() == 4);
  for (const std::size_t at : {0U, 1U}) {
    for (Json& method : parts[at]["prediction"]["methods"]) method.erase("split_s");
    CHECK(parts[at]["prediction"] == parts[at + 2]["prediction"]);
  }
}

TEST_CASE("Labels appear as text, whatever they hold") {
  const ReportHome home;
  const std::string label = "\"</script><script>alert('1')</script><!--,two";
  home.folder().write("experiments/odd.toml",
                      with("name = \"ddp\"", "name = \"ddp\"\nlabel = '''" + label + "'''"));
  const std::string json = home.written("odd.json", {"predict", "odd", "--format", "json"});
  const std::string csv = home.written("odd.csv", {"predict", "odd", "--format", "csv"});
  const Json parts = home.parts_of({"odd", json, csv});
  for (const Json& part : parts) CHECK(part["prediction"]["methods"][0]["label"] == label);
  CHECK(parts[0]["timelines"][0]["label"] == label);
  CHECK(home.folder().read("page.html").find("<script>alert") == std::string::npos);

  Json lines = Json::parse(home.folder().read(json));
  lines["methods"][0]["label"] = "a\n\u2028</script>\r\tb";
  home.folder().write("lines.json", lines.dump());
  CHECK(home.parts_of({"lines.json"})[0]["prediction"] == lines);
}

TEST_CASE("Bytes that are no UTF-8 are shown with replacement characters") {
  const ReportHome home;
  std::string csv = home.run({"predict", "small", "--format", "csv"}).out;
  home.folder().write("odd.csv", with(csv, ",ddp,ddp,",
                                      ",d\xff"
                                      "dp,ddp,"));
  CHECK(home.parts_of({"odd.csv"})[0]["prediction"]["methods"][0]["label"] == "d\uFFFDdp");
}

TEST_CASE("The command is quoted so that a shell takes it back") {
  const ReportHome home;
  home.folder().write("it's.toml", experiment_text);
  const CommandResult result = home.run({"report", "it's.toml", "--set", "name=a b", "--out", "p"});
  CHECK(result.status == 0);
  CHECK(data_in(home.folder().read("p"))["palsim"]["command"] ==
        "palsim report 'it'\\''s.toml' --set 'name=a b' --out p");
}

TEST_CASE("What cannot be shown is refused in one line, and no page is written") {
  const ReportHome home;
  home.folder().write("empty.json", "");
  home.folder().write("cut.json", R"({"experiment": "sm)");
  home.folder().write("plain.txt", "small: 2 workers\n");
  CHECK(home.refusal({"report"}) ==
        "palsim report: nothing to show; write a name in experiments/, the path of a TOML file or "
        "of a result");
  CHECK(home.refusal({"report", "empty.json"}) == "empty.json: empty; write the file anew");
  CHECK(home.refusal({"report", "small", "cut.json"}) ==
        "cut.json:1:19: the file ends within the result; write it anew");
  CHECK(home.refusal({"report", "plain.txt"}).starts_with("plain.txt: no result that palsim"));
  CHECK(home.refusal({"report", "experiments"}) ==
        "experiments: a folder; write the name of a result file");
  CHECK(home.refusal({"report", "smal"}) ==
        "experiment smal: 'smal' is not in experiments/; did you mean 'small'?");
  CHECK(home.refusal({"report", "none.csv"}).starts_with("none.csv: cannot be read"));
  CHECK(home.refusal({"report", "small", "--set", "steps=0"}).find("steps") != std::string::npos);
  CHECK(home.refusal({"report", "small", "--out", "none/page.html"})
            .starts_with("'none/page.html': cannot be written"));
  CHECK(home.refusal({"report", "small", "--out", "."}).starts_with("'.': cannot be written"));
  CHECK(home.refusal({"report", "small", "--out", ""}).starts_with("'': cannot be written"));
  CHECK_FALSE(home.has("report.html"));
  CHECK(without_partials(home).empty());
}

TEST_CASE("--out never overwrites what is read") {
  const ReportHome home;
  const std::string result = home.written("r.json", {"predict", "small", "--format", "json"});
  const std::string before = home.folder().read(result);
  CHECK(home.refusal({"report", result, "--out", "./r.json"}) ==
        "--out ./r.json: would overwrite what is read; write another path");
  for (const std::string file : {"experiments/small.toml", "topologies/small_cluster.toml",
                                 "models/small_model.toml", "web/report/report.html"}) {
    CHECK(home.refusal({"report", "small", "--out", file}) ==
          "--out " + file + ": would overwrite what is read; write another path");
  }
  CHECK(home.folder().read(result) == before);
}

TEST_CASE("Several results hold no more rows than a page") {
  const ReportHome home;
  const Json rows = Json::parse(
      home.run({"network", "small_cluster", "--all-reduce", "1KiB", "--format", "json"}).out);
  Json many = Json::array();
  for (int row = 0; row < 50'001; ++row) many.push_back(rows[0]);
  home.folder().write("many.json", many.dump());
  CHECK(home.refusal({"report", "many.json", "many.json"}) ==
        "many.json: 100002 rows with those before it; a page holds 100000, write fewer results");
}

TEST_CASE("--set without an experiment is refused") {
  const ReportHome home;
  const std::string result = home.written("r.json", {"predict", "small", "--format", "json"});
  CHECK(home.refusal({"report", result, "--set", "steps=10"}) ==
        "--set steps=10: there is no experiment to set it in; leave it out, or write one");
}

TEST_CASE("A home without the page is told in one line") {
  const Home home;
  const std::string refusal = home.refusal({"report", "small"});
  CHECK(
      refusal.ends_with("web/report/report.html: cannot be read; write the name of a readable "
                        "file of palsim's web/; set PALSIM_HOME to a checkout of palsim"));
}

TEST_CASE("Results that the repository holds are shown") {
  const TemporaryFolder folder;
  const std::string root(PALSIM_ROOT);
  for (const std::string file :
       {"experiments/scaling/t4.csv", "experiments/stragglers/jitter.csv",
        "experiments/small_cnn_cifar10/results.json", "experiments/validation/l40s_tcp/results.csv",
        "experiments/validation/v100_dlperf/results.csv", "experiments/validation/nccl/results.csv",
        "experiments/validation/t4_gpt2/results.csv"}) {
    CAPTURE(file);
    const CommandResult result =
        run_command(folder.path(), {"env", "PALSIM_HOME=" + root, PALSIM_COMMAND, "report",
                                    root + '/' + file, "--out", "page.html"});
    CHECK(result.err == "");
    CHECK(result.status == 0);
    CHECK(data_in(folder.read("page.html"))["parts"].size() == 1);
  }
}
