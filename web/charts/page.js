// What all charts need of a page: elements made of text that is never read as HTML, the theme's
// colours for canvases, and drawing again when the room or the theme changes.
"use strict";

// element("p", {class: "small", textContent: "..."}, children...): attributes by name, and the
// properties textContent and on<event>.
function element(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key === "textContent" || key.startsWith("on")) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function chooser(name, texts, onchange) {
  const list = element("select", { onchange: () => onchange(list.selectedIndex) });
  list.append(...texts.map((text, i) => element("option", { value: i, textContent: text })));
  return { list, label: element("label", {}, element("span", { textContent: name }), list) };
}

const drawings = new Set();

// Draws now, whenever the element's width changes, and whenever the theme does.
function keepDrawn(target, draw) {
  let width = target.clientWidth;
  drawings.add(draw);
  new ResizeObserver(() => {
    if (target.clientWidth === width) return;
    width = target.clientWidth;
    draw();
  }).observe(target);
  draw();
}

// The theme's colour of that name ("ink", "gradient"), as a canvas takes it.
let colors = new Map();
function themeColor(name) {
  if (!colors.has(name)) {
    const probe = element("i", { style: `color: var(--${name})` });
    document.body.append(probe);
    colors.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return colors.get(name);
}

function themeChanged() {
  colors = new Map();
  for (const draw of drawings) draw();
}
for (const query of ["(prefers-color-scheme: dark)", "print"]) {
  matchMedia(query).addEventListener("change", themeChanged);
}

// Lets the reader choose between the system's theme, light and dark.
function themeSwitch() {
  const names = ["system", "light", "dark"];
  return chooser("Theme", names, (chosen) => {
    if (chosen === 0) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = names[chosen];
    themeChanged();
  }).label;
}
