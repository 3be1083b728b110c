#include "experiments/report/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "experiments/report/result_csv.hpp"
#include "experiments/report/result_parts.hpp"
#include "sim/core/document.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

// Of a place in the text, counted from 0.
Origin origin_at(std::string_view text, std::size_t at, const ResultSource& source) {
  const std::string_view before = text.substr(0, at);
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;  // 0 for none
  return {source.path, static_cast<std::uint32_t>(lines + 1),
          static_cast<std::uint32_t>(before.size() - line_begin + 1)};
}

// Nothing that palsim writes is nested deeper; what follows may walk it by recursion.
void require_shallow(std::string_view text, const ResultSource& source) {
  constexpr int deepest = 32;
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '[' || c == '{') && ++depth > deepest) {
      fail_at(origin_at(text, at, source), "nested deeper than anything that palsim writes");
    } else if (!quoted && (c == ']' || c == '}')) {
      --depth;
    }
  }
}

Json parsed(std::string_view text, const ResultSource& source) {
  require_shallow(text, source);
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t at = error.byte == 0 ? 0 : error.byte - 1;
    const bool ended = text.find_first_not_of(" \t\r\n", at) == std::string_view::npos;
    fail_at(
        origin_at(text, std::min(at, text.size()), source),
        ended ? "the file ends within the result; write it anew" : "not JSON; write the file anew");
  } catch (const Json::exception&) {  // a number beyond all numbers
    throw InputError(fmt::format("{}: holds a number that cannot be; write it anew", source.path));
  }
}

}  // namespace

std::vector<Json> parts_of_result(const std::string& path) {
  const std::filesystem::path file(path);
  std::error_code none;
  require<InputError>(!std::filesystem::is_directory(file, none),
                      "{}: a folder; write the name of a result file", path);
  const ResultSource source{path, file.filename().string(), file.stem().string()};
  const std::string text = load_text(path, "result file", most_result_bytes);
  const std::size_t first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  require<InputError>(first != std::string::npos, "{}: empty; write the file anew", path);
  if (text.find('\0') != std::string::npos) fail_no_result(source);
  if (text[first] == '{' || text[first] == '[') return parts_of_json(parsed(text, source), source);
  return parts_of_csv(text, source);
}

}  // namespace palsim
