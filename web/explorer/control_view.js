// A control on the page: a slider over its stops, the value beside it as a number to edit, its
// unit, a way back to its own value, and a line for what is wrong with it.
"use strict";

// Shows `control` in `parent`. `turned(id, text)` is called with each value that a person sets,
// undefined for the control's own. Gives {show(value, own, stops), complain(line)}.
function controlView(control, parent, turned) {
  const { id, label, unit } = control;
  const entry = element("input", {
    id: `${id}-value`,
    type: "text",
    inputmode: "decimal",
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": `${id}-complaint`,
    "aria-label": `${label}${unit && `, in ${unit}`}`,
  });
  const slider = element("input", { id, type: "range", min: "0", step: "1" });
  const back = element("button", { type: "button", class: "back" }, "↺");
  const complaint = element("p", { id: `${id}-complaint`, class: "complaint", role: "alert" });
  const root = element(
    "div",
    { class: "control", "data-control": id },
    element("label", { for: id }, label),
    back,
    entry,
    element("span", { class: "unit" }, unit),
    slider,
    complaint,
  );
  parent.append(root);

  let stops = [];
  let own = NaN;
  let typing = false;
  const set = (text) => turned(id, text === String(own) ? undefined : text);
  slider.addEventListener("input", () => set(String(stops[slider.value])));
  entry.addEventListener("input", () => {
    typing = true;
  });
  entry.addEventListener("change", () => {
    typing = false;
    const text = inUnitOf(control, entry.value);
    set(text === "" ? String(own) : text);
  });
  back.addEventListener("click", () => {
    set(String(own));
    slider.focus();
  });

  return {
    root,
    // `value` is undefined where nobody has turned it.
    show(value, itsOwn, itsStops) {
      own = itsOwn;
      stops = withStop(itsStops, own);
      const text = value ?? String(own);
      if (!typing) entry.value = text;
      slider.max = stops.length - 1;
      if (isNumber(text)) slider.value = nearestStop(stops, Number(text));
      slider.setAttribute("aria-valuetext", `${text} ${unit}`.trim());
      slider.style.setProperty("--own", nearestStop(stops, own) / (stops.length - 1));
      slider.style.setProperty("--at", slider.value / (stops.length - 1));
      root.classList.toggle("turned", value !== undefined);
      back.disabled = value === undefined;
      const whose = control.source ? `the ${control.source}'s own ` : "";
      back.setAttribute("aria-label", `${label}: back to ${whose}${own} ${unit}`.trim());
      back.title = `back to ${whose}${own} ${unit}`.trim();
    },
    complain(line) {
      complaint.textContent = line;
      if (line) entry.setAttribute("aria-invalid", "true");
      else entry.removeAttribute("aria-invalid");
    },
  };
}
