#include "experiments/import/topology_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "experiments/command/text_lines.hpp"
#include "sim/core/document.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct Line {
  std::uint32_t number;
  std::vector<TextWord> words;
};

// The length of the escape sequence "ESC [ ... m" at `at`, which a terminal copies without its ESC;
// else 0.
std::size_t escape_at(std::string_view line, std::size_t at) {
  std::size_t end = at;
  if (line[end] == '\x1b') ++end;
  if (end >= line.size() || line[end] != '[') return 0;
  ++end;
  while (end < line.size() && ((line[end] >= '0' && line[end] <= '9') || line[end] == ';')) ++end;
  return end < line.size() && line[end] == 'm' ? end + 1 - at : 0;
}

// Spaces in their place, so that columns stay.
std::string without_escapes(std::string text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t length = escape_at(text, at);
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), length, ' ');
  }
  return text;
}

std::vector<Line> words_by_line(std::string_view text) {
  std::vector<Line> lines;
  for (const TextLine& line : lines_of(text)) {
    lines.push_back({line.number, words_of(line, line.text)});
  }
  return lines;
}

bool is_numbered(std::string_view word, std::string_view kind) {
  return word.starts_with(kind) && word.size() > kind.size() &&
         std::all_of(word.begin() + static_cast<std::ptrdiff_t>(kind.size()), word.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<MatrixCell> cell_of(std::string_view word) {
  struct Name {
    std::string_view word;
    Connection connection;
  };
  constexpr std::array<Name, 7> names{{{"X", Connection::self},
                                       {"PIX", Connection::one_bridge},
                                       {"PXB", Connection::bridges},
                                       {"PHB", Connection::host_bridge},
                                       {"NODE", Connection::numa_node},
                                       {"SYS", Connection::machine},
                                       {"SOC", Connection::machine}}};
  for (const Name& name : names) {
    if (name.word == word) return MatrixCell{name.connection, 0};
  }
  if (!is_numbered(word, "NV")) return std::nullopt;
  std::int64_t links = 0;
  const auto [end, failure] = std::from_chars(word.data() + 2, word.data() + word.size(), links);
  if (failure != std::errc() || links < 1 || links > 1000) return std::nullopt;
  return MatrixCell{Connection::nvlink, links};
}

// The line that names the columns: "GPU0 GPU1 ... CPU Affinity".
bool is_header(const Line& line) {
  if (line.words.empty() || !is_numbered(line.words[0].text, "GPU")) return false;
  return line.words.size() == 1 || !cell_of(line.words[1].text);
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& source)
      : text_(without_escapes(std::string(text))), lines_(words_by_line(text_)), source_(source) {}

  TopologyMatrix read() {
    const auto header = std::find_if(lines_.begin(), lines_.end(), is_header);
    if (header == lines_.end()) {
      fail_at({source_, 1, 1},
              "no line of columns GPU0, GPU1, ...; write what nvidia-smi topo -m "
              "prints");
    }
    read_header(*header);
    for (auto line = header + 1; line != lines_.end() && !is_legend(*line); ++line) {
      if (!line->words.empty()) read_row(*line);
    }
    for (std::size_t device = 0; device < matrix_.devices.size(); ++device) {
      if (matrix_.cells[device].empty()) {
        fail(header->number, columns_[device],
             fmt::format("no row of {}; write a row for each column", matrix_.devices[device]));
      }
    }
    require_symmetric();
    read_card_names();
    return std::move(matrix_);
  }

 private:
  [[noreturn]] void fail(std::uint32_t line, std::uint32_t column, std::string_view message) const {
    fail_at({source_, line, column}, message);
  }

  static bool is_legend(const Line& line) {
    return !line.words.empty() && line.words[0].text.ends_with("egend:");
  }

  void read_header(const Line& header) {
    constexpr std::size_t most_devices = 256;
    for (const TextWord& word : header.words) {
      if (word.text == "CPU" || word.text == "NUMA") break;
      const auto& devices = matrix_.devices;
      if (std::find(devices.begin(), devices.end(), word.text) != devices.end()) {
        fail(header.number, word.column,
             fmt::format("column {} twice; write each once", word.text));
      }
      if (devices.size() == most_devices) {
        fail(header.number, word.column,
             fmt::format("more than {} columns; write fewer", most_devices));
      }
      matrix_.devices.emplace_back(word.text);
      columns_.push_back(word.column);
    }
    matrix_.cells.resize(columns_.size());
    matrix_.cpus.resize(columns_.size());
    rows_.resize(columns_.size());
  }

  void read_row(const Line& line) {
    const std::string_view name = line.words[0].text;
    const auto found = std::find(matrix_.devices.begin(), matrix_.devices.end(), name);
    if (found == matrix_.devices.end()) {
      fail(line.number, line.words[0].column,
           fmt::format("row {} has no column; write what nvidia-smi topo -m prints", name));
    }
    const auto row = static_cast<std::size_t>(found - matrix_.devices.begin());
    if (!matrix_.cells[row].empty()) {
      fail(line.number, line.words[0].column, fmt::format("row {} twice; write each once", name));
    }
    const std::size_t columns = matrix_.devices.size();
    for (std::size_t at = 0; at < columns; ++at) {
      if (at + 1 >= line.words.size()) {
        fail(line.number, line.words[0].column,
             fmt::format("row {} has {} of {} columns; write all", name, at, columns));
      }
      read_cell(line, row, at);
    }
    rows_[row] = line;
    const bool says_cpus = line.words.size() > columns + 1;
    if (says_cpus && line.words[columns + 1].text != "N/A") {
      matrix_.cpus[row] = line.words[columns + 1].text;
    }
  }

  void read_cell(const Line& line, std::size_t row, std::size_t column) {
    const TextWord& word = line.words[column + 1];
    const std::optional<MatrixCell> cell = cell_of(word.text);
    if (!cell) {
      fail(line.number, word.column,
           fmt::format("'{}' is no connection; write X, NV#, PIX, PXB, PHB, NODE or SYS",
                       word.text));
    }
    if ((cell->connection == Connection::self) != (row == column)) {
      fail(line.number, word.column,
           fmt::format("{} from {} to {}; write X between a device and itself only", word.text,
                       matrix_.devices[row], matrix_.devices[column]));
    }
    matrix_.cells[row].push_back(*cell);
  }

  void require_symmetric() const {
    for (std::size_t a = 0; a < rows_.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const TextWord& there = rows_[b].words[a + 1];
        const TextWord& back = rows_[a].words[b + 1];
        const MatrixCell& x = matrix_.cells[a][b];
        const MatrixCell& y = matrix_.cells[b][a];
        if (x.connection == y.connection && x.nvlinks == y.nvlinks) continue;
        fail(rows_[a].number, back.column,
             fmt::format("{0} from {1} to {2}, but {3} from {2} to {1}; write the same", back.text,
                         matrix_.devices[a], matrix_.devices[b], there.text));
      }
    }
  }

  // "NIC0: mlx5_2" below "NIC Legend:".
  void read_card_names() {
    for (const Line& line : lines_) {
      if (line.words.size() != 2 || !line.words[0].text.ends_with(':')) continue;
      const std::string_view name = line.words[0].text.substr(0, line.words[0].text.size() - 1);
      const auto found = std::find(matrix_.devices.begin(), matrix_.devices.end(), name);
      if (found != matrix_.devices.end() && !is_numbered(name, "GPU")) {
        *found = line.words[1].text;
      }
    }
  }

  const std::string text_;
  std::vector<Line> lines_;
  const std::string& source_;
  std::vector<std::uint32_t> columns_;  // where the header names each device
  std::vector<Line> rows_;
  TopologyMatrix matrix_;
};

}  // namespace

bool looks_like_topology_matrix(std::string_view text) {
  const std::string words = without_escapes(std::string(text));
  const std::vector<Line> lines = words_by_line(words);
  return std::any_of(lines.begin(), lines.end(), is_header);
}

TopologyMatrix read_topology_matrix(std::string_view text, const std::string& source) {
  return Reader(text, source).read();
}

}  // namespace palsim
