// Puts the parts of the page's data on the page, and where they came from at its end.
"use strict";

// Measured times are other ones each time.
const PREDICTED = ["prediction", "sweep", "choice", "network"];

function provenanceOf({ palsim, parts }) {
  const seeds = seedsText(parts);
  const repeats = seeds && parts.every(({ kind }) => PREDICTED.includes(kind));
  return [
    element("h2", { class: "small", textContent: "How to make this report again" }),
    element("pre", {
      id: "command",
      tabindex: 0,
      "aria-label": "Command",
      textContent: palsim.command,
    }),
    element("p", {
      textContent:
        `palsim ${palsim.version}${seeds && `, ${seeds}`}.` +
        (repeats ? " The same files and seeds give the same numbers." : ""),
    }),
  ];
}

function fillReport(data) {
  const sections = data.parts.map((part, i) => sectionOf(part, `part-${i + 1}`));
  document.getElementById("parts").append(...sections);
  for (const section of sections) section.draw?.();
  document.getElementById("provenance").append(...provenanceOf(data));
  document.getElementById("theme").append(themeSwitch());
  if (data.parts.length) document.title = `palsim: ${sections[0].querySelector("h2").textContent}`;
  if (data.parts.length < 2) return;
  document
    .getElementById("contents")
    .append(
      element(
        "ol",
        {},
        ...sections.map((section, i) =>
          element(
            "li",
            {},
            element("a", { href: `#${section.id}`, textContent: data.parts[i].title }),
          ),
        ),
      ),
    );
}

fillReport(JSON.parse(document.getElementById("palsim-data").textContent));
