// A home with a small page, and what stands in the pages that are made of it.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/support/palsim_home.hpp"

namespace palsim {

using Json = nlohmann::ordered_json;

// As a browser finds it: from the tag to the next that ends a script.
inline Json data_in(const std::string& html) {
  const std::string opening = "<script type=\"application/json\" id=\"palsim-data\">";
  const std::size_t at = html.find(opening);
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + opening.size();
  return Json::parse(html.substr(begin, html.find("</script", begin) - begin));
}

class ReportHome : public Home {
 public:
  ReportHome() {
    folder().write("web/report/report.html",
                   "<!doctype html>\n"
                   "<script type=\"application/json\" id=\"palsim-data\">{}</script>\n"
                   "<script src=\"../charts/bars.js\"></script>\n");
    folder().write("web/charts/bars.js", "show('</script>');\n");
  }

  // A file that the command printed.
  std::string written(const std::string& name, const Words& arguments) const {
    const CommandResult result = run(arguments);
    CHECK(result.status == 0);
    folder().write(name, result.out);
    return name;
  }

  // The parts of the page that shows these.
  Json parts_of(Words subjects) const {
    subjects.insert(subjects.begin(), "report");
    subjects.insert(subjects.end(), {"--out", "page.html"});
    const CommandResult result = run(subjects);
    CHECK(result.status == 0);
    CHECK(result.err == "");
    return data_in(folder().read("page.html"))["parts"];
  }

  bool has(const std::string& name) const {
    return std::filesystem::exists(folder().path() / name);
  }
};

}  // namespace palsim
