// All numbers as a table, and the same as a CSV file. Long ones show their first rows until asked;
// the file has all.
"use strict";

const TABLE_ROWS = 100;

// One level: {wall_clock_s: {mean: 1}} is wall_clock_mean_s, as in the command's CSV; lists of
// objects have charts of their own.
function flatRow(row, prefix = "") {
  const flat = {};
  for (const [key, value] of Object.entries(row)) {
    if (Array.isArray(value)) {
      if (value.every((one) => typeof one !== "object")) flat[prefix + key] = value.join("; ");
    } else if (value && typeof value === "object") {
      const [, stem, unit] = /^(.*?)(_s)?$/.exec(key);
      for (const [part, inner] of Object.entries(flatRow(value))) {
        flat[`${prefix}${stem}_${part}${unit && !part.endsWith(unit) ? unit : ""}`] = inner;
      }
    } else {
      flat[prefix + key] = value;
    }
  }
  return flat;
}

function headingOf(key) {
  const units = { s: "s", bytes: "B", Bps: "B/s", us: "µs", percent: "%" };
  const [, stem, unit] = /^(.*?)(?:_([^_]+))?$/.exec(key);
  return unit in units ? `${stem} (${units[unit]})`.replaceAll("_", " ") : key.replaceAll("_", " ");
}

// A text that a spreadsheet would take for a formula gets an apostrophe before it: it shows as text.
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf(columns, rows) {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return lines.map((line) => `${line.map(csvCell).join(",")}\r\n`).join("");
}

function saveFile(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// `data-name` is for paper, where a row is a list.
function tableCell(value, isText, column) {
  const name = headingOf(column);
  if (typeof value === "number") {
    return element("td", {
      "data-value": value,
      "data-name": name,
      textContent: formatNumber(value, 6),
    });
  }
  const text = value === null || value === undefined ? "–" : String(value);
  return element("td", {
    class: !isText ? null : text.length > 50 ? "text long" : "text",
    "data-name": name,
    textContent: text,
  });
}

// `name` is what the file is called.
function drawTable(target, found, name) {
  const rows = found.map((row) => flatRow(row));
  const columns = distinct(rows.flatMap((row) => Object.keys(row)));
  const texts = new Set(
    columns.filter((column) => rows.some((row) => typeof row[column] === "string")),
  );
  const body = element("tbody");
  const showTo = (count) =>
    body.append(
      ...rows
        .slice(body.rows.length, count)
        .map((row) =>
          element(
            "tr",
            {},
            ...columns.map((column) => tableCell(row[column], texts.has(column), column)),
          ),
        ),
    );
  showTo(TABLE_ROWS);
  const save = element("button", {
    type: "button",
    class: "save-csv",
    textContent: "Save as CSV",
    onclick: () =>
      saveFile(`${name.replace(/[^\p{L}\p{N}.-]+/gu, "_").slice(0, 80)}.csv`, csvOf(columns, rows)),
  });
  const more =
    rows.length > TABLE_ROWS
      ? element("button", {
          type: "button",
          textContent: `Show all ${formatNumber(rows.length)} rows`,
          onclick: () => {
            showTo(rows.length);
            more.remove();
          },
        })
      : "";
  target.replaceChildren(
    element("div", { class: "controls" }, save, more),
    element(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": `Table: ${name}` },
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...columns.map((column) =>
              element("th", {
                scope: "col",
                class: texts.has(column) ? "text" : null,
                title: column,
                textContent: headingOf(column),
              }),
            ),
          ),
        ),
        body,
      ),
    ),
  );
}
