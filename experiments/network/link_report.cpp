#include "experiments/network/link_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"
#include "sim/core/unit.hpp"

namespace palsim {

std::vector<LinkUse> link_uses(const Network& network, const Transport& transport,
                               const std::vector<double>& bytes, double seconds) {
  const double fitted = transport.kind == TransportKind::nccl ? transport.fit.bandwidth_factor : 1;
  std::vector<LinkUse> uses;
  for (LinkId link = 0; link < bytes.size(); ++link) {
    LinkUse use{network.link_name(link), network.bandwidth(link) * fitted, bytes[link]};
    if (seconds > 0) use.utilization = use.bytes / (use.bandwidth.count() * seconds);
    uses.push_back(std::move(use));
  }
  return uses;
}

Table link_table(const std::vector<LinkUse>& uses) {
  std::vector<TextRow> rows{{"link", "bandwidth", "carried", "utilized"}};
  for (const LinkUse& use : uses) {
    rows.push_back({use.link, to_string(use.bandwidth), bytes_to_string(use.bytes),
                    fmt::format("{:.1f} %", 100 * use.utilization)});
  }
  return {std::move(rows)};
}

std::string link_csv(const std::vector<LinkUse>& uses) {
  std::string text = "link,bandwidth_Bps,bytes,utilization\n";
  for (const LinkUse& use : uses) {
    text += fmt::format("{},{},{},{}\n", csv_field(use.link), use.bandwidth.count(), use.bytes,
                        use.utilization);
  }
  return text;
}

nlohmann::ordered_json link_objects(const std::vector<LinkUse>& uses) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const LinkUse& use : uses) {
    list.push_back({{"link", use.link},
                    {"bandwidth_Bps", use.bandwidth.count()},
                    {"bytes", use.bytes},
                    {"utilization", use.utilization}});
  }
  return list;
}

std::string bottleneck_line(const std::vector<LinkUse>& uses) {
  const auto busiest = std::max_element(
      uses.begin(), uses.end(),
      [](const LinkUse& a, const LinkUse& b) { return a.utilization < b.utilization; });
  if (busiest == uses.end() || busiest->bytes == 0) return "none";
  constexpr double alike = 1e-9;
  const auto others = std::count_if(uses.begin(), uses.end(),
                                    [&](const LinkUse& use) {
                                      return use.utilization >= busiest->utilization * (1 - alike);
                                    }) -
                      1;
  const std::string more = others == 0 ? "" : fmt::format(" (and {} like it)", others);
  return fmt::format("{}{}, {:.1f} % utilized", busiest->link, more, 100 * busiest->utilization);
}

}  // namespace palsim
