// A page of web/ as one file.
#include "experiments/report/inlined_page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sim/core/error.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace {

const std::string page = R"(<!doctype html>
<link rel="stylesheet" href="../charts/theme.css">
<link rel="icon" href="data:,">
<script type="application/json" id="palsim-data">{}</script>
<script src="../charts/bars.js"></script>
<script src="report.js"></script>
)";

// What stands between the tags, as a browser finds its end.
std::string data_of(const std::string& html) {
  const std::string opening = "<script type=\"application/json\" id=\"palsim-data\">";
  const std::size_t begin = html.find(opening) + opening.size();
  return html.substr(begin, html.find("</", begin) - begin);
}

}  // namespace

TEST_CASE("Each asset stands where the page named it, in order, from the page's own folder") {
  const TemporaryFolder folder;
  folder.write("web/charts/theme.css", "body { color: black; }\n");
  folder.write("web/charts/bars.js", "const bars = 1;");
  folder.write("web/report/report.js", "show(bars);\n");
  CHECK(inlined_page(folder.write("web/report/report.html", page)) == R"(<!doctype html>
<style>
body { color: black; }
</style>
<link rel="icon" href="data:,">
<script type="application/json" id="palsim-data">{}</script>
<script>
const bars = 1;
</script>
<script>
show(bars);
</script>
)");
}

TEST_CASE("Nothing in an asset ends its element or asks for another asset") {
  const TemporaryFolder folder;
  folder.write("style.css", "p::after { content: '</STYLE>'; }");
  folder.write("script.js",
               "a = '</Script >'; b = '<!-- <script src=\"none.js\"></script>'; c = '</style>';");
  const std::string html =
      inlined_page(folder.write("page.html",
                                "<link rel=\"stylesheet\" href=\"style.css\">\n"
                                "<script src=\"script.js\"></script>\n"));
  CHECK(html == R"(<style>
p::after { content: '<\/style>'; }
</style>
<script>
a = '<\/script >'; b = '<\!-- <script src="none.js"><\/script>'; c = '</style>';
</script>
)");
}

TEST_CASE("A missing asset or page is the fault of PALSIM_HOME, in one line") {
  const TemporaryFolder folder;
  const std::string file = folder.write("page.html", "<script src=\"gone.js\"></script>");
  CHECK(complaint_of([&] { inlined_page(file); }) ==
        (folder.path() / "gone.js").string() +
            ": cannot be read; write the name of a readable file of palsim's web/; set PALSIM_HOME "
            "to a checkout of palsim");
  CHECK(complaint_of([&] {
          inlined_page(folder.path() / "none.html");
        }).ends_with("set PALSIM_HOME to a checkout of palsim"));
}

TEST_CASE("A page that names an asset in another way is not made to look whole") {
  const TemporaryFolder folder;
  folder.write("a.js", "");
  for (const std::string text :
       {"<script defer src=\"a.js\"></script>", "<script src=\"a.js\" defer></script>",
        "<script src='a.js'></script>", "<script src=\"a.js\"> </script>", "<script src=\"a.js",
        "<link href=\"a.css\" rel=\"stylesheet\">", "<link rel=\"stylesheet\" href='a.css'>"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(inlined_page(folder.write("page.html", text)), InternalError);
  }
}

TEST_CASE("Data read from the page is what was put there, whatever it holds") {
  const nlohmann::json data{{"label", "</script><script>alert(1)</script><!--"},
                            {"quotes", "\"'`&\\\n\t"},
                            {"lines", "a\u2028b\u2029c"},
                            {"key <b>", "ü 漢 \U0001F600"}};
  const std::string html = with_data(page, "palsim-data", data.dump());
  const std::string written = data_of(html);
  CHECK(nlohmann::json::parse(written) == data);
  CHECK(written.find('<') == std::string::npos);
  CHECK(written.find("\u2028") == std::string::npos);
  CHECK(written.find("\u2029") == std::string::npos);
  CHECK(with_data(html, "palsim-data", "{}") == page);
  CHECK_THROWS_AS(with_data(page, "other", "{}"), InternalError);
}
