#include "experiments/report/inlined_page.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/replace.hpp>

#include "sim/core/document.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// How a page names an asset, what stands around the asset's text instead, and what in that text a
// browser would take for the element's end.
struct Element {
  std::string_view before_path;
  std::string_view after_path;
  std::string_view opening;
  std::string_view closing;
  std::string_view end;
  std::string_view harmless_end;
};
constexpr Element script{.before_path = "<script src=\"",
                         .after_path = "\"></script>",
                         .opening = "<script>\n",
                         .closing = "</script>",
                         .end = "</script",
                         .harmless_end = "<\\/script"};
constexpr Element style{.before_path = "<link rel=\"stylesheet\" href=\"",
                        .after_path = "\">",
                        .opening = "<style>\n",
                        .closing = "</style>",
                        .end = "</style",
                        .harmless_end = "<\\/style"};

// A bundle with WebAssembly in it is the longest.
std::string text_of(const std::filesystem::path& path) {
  constexpr std::size_t most_bytes = std::size_t{64} << 20;
  try {
    return load_text(path.string(), "file of palsim's web/", most_bytes);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}; set PALSIM_HOME to a checkout of palsim", error.what()));
  }
}

std::string element_of(const Element& kind, const std::filesystem::path& asset) {
  std::string text = text_of(asset);
  boost::ireplace_all(text, std::string(kind.end), std::string(kind.harmless_end));
  // Within a script this begins what a browser reads by other rules.
  boost::replace_all(text, "<!--", "<\\!--");
  if (!text.ends_with('\n')) text += '\n';
  return fmt::format("{}{}{}", kind.opening, text, kind.closing);
}

// Assets are not searched for assets.
std::string inlined(std::string_view page, const Element& kind,
                    const std::filesystem::path& folder) {
  std::string result;
  while (true) {
    const std::size_t at = page.find(kind.before_path);
    if (at == std::string_view::npos) return result.append(page);
    const std::size_t path_at = at + kind.before_path.size();
    const std::size_t path_end = page.find('"', path_at);
    require(
        path_end != std::string_view::npos && page.substr(path_end).starts_with(kind.after_path),
        "a page of web/ names an asset otherwise than {}PATH{}", kind.before_path, kind.after_path);
    const std::string path(page.substr(path_at, path_end - path_at));
    result.append(page.substr(0, at)).append(element_of(kind, folder / path));
    page.remove_prefix(path_end + kind.after_path.size());
  }
}

// All that is not said in either of the two ways.
void require_known_ways(const std::string& page, const std::filesystem::path& path) {
  std::string rest = page;
  boost::replace_all(rest, script.before_path, "");
  boost::replace_all(rest, style.before_path, "");
  for (std::size_t at = rest.find('<'); at != std::string::npos; at = rest.find('<', at + 1)) {
    const std::string tag = rest.substr(at, rest.find('>', at) - at);
    const bool asks_for_another = (tag.starts_with("<script") && tag.find(" src") != tag.npos) ||
                                  (tag.starts_with("<link") && tag.find("stylesheet") != tag.npos);
    require(!asks_for_another, "{}: {}> is no way to name an asset", path.string(), tag);
  }
}

}  // namespace

std::string inlined_page(const std::filesystem::path& page) {
  const std::string text = text_of(page);
  require_known_ways(text, page);
  // Styles first: no style sheet holds what looks like a script's element, but a script may hold
  // anything.
  return inlined(inlined(text, style, page.parent_path()), script, page.parent_path());
}

std::string with_data(const std::string& page, std::string_view id, std::string_view json) {
  const std::string opening = fmt::format("<script type=\"application/json\" id=\"{}\">", id);
  const std::size_t at = page.find(opening);
  require(at != std::string::npos, "the page has no element {}", opening);
  const std::size_t begin = at + opening.size();
  const std::size_t end = page.find("</script>", begin);
  require(end != std::string::npos, "the page's element {} does not end", opening);
  std::string data(json);
  boost::replace_all(data, "<", "\\u003c");
  boost::replace_all(data, "\u2028", "\\u2028");
  boost::replace_all(data, "\u2029", "\\u2029");
  return page.substr(0, begin) + data + page.substr(end);
}

}  // namespace palsim
