// The cluster with how busy each link was: a line for each direction, wider and warmer the busier,
// and the busiest of all marked as the bottleneck.
"use strict";

// The busiest link under that method, as its place in the lists.
const busiestLink = (use) =>
  use.by_link.reduce((most, busy, i) => (busy > use.by_link[most] ? i : most), 0);

function bottleneckFinding({ links, utilization }) {
  const most = utilization.reduce((a, b) =>
    Math.max(...b.by_link) > Math.max(...a.by_link) ? b : a,
  );
  const at = busiestLink(most);
  if (most.by_link[at] === 0) return "No link carries anything";
  return (
    `${most.label} keeps its busiest link, ${links[at].name}, busy for ` +
    `${formatShare(most.by_link[at])} of the run`
  );
}

function drawTopology(target, topology) {
  const labels = topology.utilization.map(({ label }) => label);
  const busiest = topology.utilization.map((use) => Math.max(...use.by_link));
  const picture = element("div");
  const list = element("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Links",
  });
  let shown = busiest.indexOf(Math.max(...busiest));
  const draw = () => {
    picture.replaceChildren(
      topologyPicture(topology, topology.utilization[shown], Math.max(target.clientWidth, 260)),
    );
    list.replaceChildren(linkTable(topology, topology.utilization[shown]));
  };
  const { list: choice, label } = chooser("Method", labels, (index) => {
    shown = index;
    draw();
  });
  choice.selectedIndex = shown;
  target.replaceChildren(
    element("div", { class: "controls" }, label),
    picture,
    topology.note ? element("p", { class: "muted small", textContent: topology.note }) : "",
    element(
      "details",
      { class: "small" },
      element("summary", { textContent: "Every link that is drawn" }),
      list,
    ),
  );
  keepDrawn(target, draw);
}

function linkTable({ links }, use) {
  const cell = (textContent, name = "td", scope = null) => element(name, { textContent, scope });
  return element(
    "table",
    {},
    element(
      "thead",
      {},
      element("tr", {}, ...["link", "bandwidth", "busy"].map((name) => cell(name, "th", "col"))),
    ),
    element(
      "tbody",
      {},
      ...links.map((link, i) =>
        element(
          "tr",
          {},
          cell(link.name, "th", "row"),
          cell(formatSi(link.bandwidth_Bps, "B/s")),
          cell(formatShare(use.by_link[i])),
        ),
      ),
    ),
  );
}
