// The drawing of a cluster: what is drawn stands for all.
#include "experiments/report/topology_drawing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace palsim;

namespace {

using Json = nlohmann::ordered_json;

Network of_nodes(std::int64_t nodes) {
  const Link link{BytesPerSecond(1e9), Duration::nanoseconds(1000)};
  return Network(
      {.workers = {"gpu0", "gpu1"}, .links = {{"gpu0", "switch", link}, {"gpu1", "switch", link}}},
      nodes, Fabric{"switch", link});
}

// A method whose links are as busy as `use` says.
template <class Use>
MethodPrediction method(const Network& network, const std::string& label, Use use) {
  MethodPrediction prediction{.label = label};
  for (LinkId link = 0; link < network.links(); ++link) {
    prediction.links.push_back(
        {network.link_name(link), network.bandwidth(link), 0, use(static_cast<int>(link))});
  }
  return prediction;
}

}  // namespace

TEST_CASE("One node is drawn whole, each direction of a link with its use under each method") {
  const Network network({.workers = {"gpu0", "gpu1"},
                         .links = {{"gpu0", "switch", {BytesPerSecond(1e9), {}}},
                                   {"gpu1", "switch", {BytesPerSecond(2e9), {}}}}});
  const Json drawing = topology_drawing(network, 1,
                                        {method(network, "a", [](int link) { return 0.1 * link; }),
                                         method(network, "b", [](int) { return 1.0; })});
  CHECK(drawing["vertices"] == Json::parse(R"([
    {"id": "0:gpu0", "name": "gpu0", "kind": "worker", "node": 0, "rank": 0},
    {"id": "0:gpu1", "name": "gpu1", "kind": "worker", "node": 0},
    {"id": "0:switch", "name": "switch", "kind": "switch", "node": 0}])"));
  CHECK(drawing["links"][1] == Json::parse(R"({"from": "0:switch", "to": "0:gpu0",
    "name": "switch -> gpu0", "bandwidth_Bps": 1e9, "like": 1})"));
  CHECK(drawing["links"].size() == 4);
  CHECK(drawing["links"][2]["bandwidth_Bps"] == 2e9);
  CHECK(drawing["utilization"][0]["label"] == "a");
  CHECK(drawing["utilization"][0]["by_link"] == Json({0.1 * 0, 0.1 * 1, 0.1 * 2, 0.1 * 3}));
  CHECK(drawing["utilization"][1]["by_link"] == Json({1.0, 1.0, 1.0, 1.0}));
  CHECK(drawing["note"] == "");
}

TEST_CASE("Of many equal nodes four are drawn, and their links stand for all") {
  const Network network = of_nodes(100);
  const Json drawing = topology_drawing(
      network, 160, {method(network, "a", [](int link) { return link < 80 * 6 ? 0.5 : 0.0; })});
  std::map<std::string, std::int64_t> by_end;
  std::set<std::int64_t> nodes;
  for (const Json& link : drawing["links"]) {
    const std::string name = link["name"];
    by_end[name.substr(name.find(": "))] += link["like"].get<std::int64_t>();
  }
  for (const Json& vertex : drawing["vertices"]) {
    if (vertex["kind"] != "fabric") nodes.insert(vertex["node"].get<std::int64_t>());
  }
  CHECK(nodes == std::set<std::int64_t>{0, 1, 2, 3});
  CHECK(by_end.size() == 6);
  for (const auto& [end, links] : by_end) CHECK(links == 80);
  CHECK(drawing["note"] ==
        "4 of 80 nodes drawn. 76 used like one of these. 20 nodes without a worker left out.");
}

TEST_CASE("The busiest link is drawn wherever it is") {
  const Network network = of_nodes(100);
  const Json drawing = topology_drawing(
      network, 200,
      {method(network, "idle", [](int) { return 0.0; }),
       method(network, "busy", [](int link) { return link / 6 == 77 ? 0.9 : 0.3; })});
  const Json& busy = drawing["utilization"][1]["by_link"];
  const auto at =
      static_cast<std::size_t>(std::max_element(busy.begin(), busy.end()) - busy.begin());
  CHECK(busy[at] == 0.9);
  CHECK(drawing["links"][at]["name"].get<std::string>().starts_with("node 77: "));
  CHECK(drawing["links"][at]["like"] == 1);
  std::int64_t stood_for = 0;
  for (const Json& link : drawing["links"]) stood_for += link["like"].get<std::int64_t>();
  CHECK(stood_for == 600);
}

TEST_CASE("Each method's busiest link is drawn, however much busier others' are") {
  const Network network = of_nodes(10);
  const auto rising = [](int link) { return (link / 6) / 10.0; };
  const auto at_first = [](int link) { return link / 6 == 0 ? 0.05 : 0.01; };
  const Json drawing = topology_drawing(
      network, 20, {method(network, "slow", at_first), method(network, "fast", rising)});
  const Json& slow = drawing["utilization"][0]["by_link"];
  const Json& fast = drawing["utilization"][1]["by_link"];
  CHECK(*std::max_element(slow.begin(), slow.end()) == 0.05);
  CHECK(*std::max_element(fast.begin(), fast.end()) == 0.9);
  CHECK(drawing["note"] == "4 of 10 nodes drawn. 6 used otherwise, none with a busier link.");
}

TEST_CASE("Where methods' busiest links do not all have room, it is said how many are missing") {
  const Network network = of_nodes(10);
  std::vector<MethodPrediction> methods;
  for (int at = 0; at < 6; ++at) {
    methods.push_back(method(network, std::to_string(at),
                             [at](int link) { return link / 6 == at ? 0.1 * (at + 1) : 0.01; }));
  }
  const Json drawing = topology_drawing(network, 20, methods);
  const Json& busiest = drawing["utilization"][5]["by_link"];
  CHECK(*std::max_element(busiest.begin(), busiest.end()) == 0.1 * 6);
  CHECK(drawing["note"] ==
        "4 of 10 nodes drawn. 6 used otherwise, among them the busiest link of 2 methods.");
}

TEST_CASE("Nodes that are all used otherwise are left out in words, the busiest drawn") {
  const Network network = of_nodes(10);
  const Json drawing = topology_drawing(
      network, 20, {method(network, "a", [](int link) { return (link / 6) / 10.0; })});
  CHECK(drawing["utilization"][0]["by_link"].size() == 24);
  CHECK(drawing["utilization"][0]["by_link"][0] == 0.6);
  CHECK(drawing["note"] == "4 of 10 nodes drawn. 6 used otherwise, none with a busier link.");
}

TEST_CASE("A cluster without links says that nothing is known of them") {
  const Network network(Node{.workers = {"core0", "core1"}});
  const Json drawing = topology_drawing(network, 2, {MethodPrediction{.label = "a"}});
  CHECK(drawing["links"].empty());
  CHECK(drawing["vertices"].size() == 2);
  CHECK(drawing["utilization"] == Json::parse(R"([{"label": "a", "by_link": []}])"));
  CHECK(drawing["note"] == "The cluster's file says nothing of how its workers are joined.");
}
