// Numbers as people read them: four digits and the unit that fits. Nothing here computes a figure.
"use strict";

const TIME_UNITS = [
  ["ns", 1e-9],
  ["µs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["min", 60],
  ["h", 3600],
  ["d", 86400],
];

// From 120 of a unit on the next one is used, of seconds, minutes and hours; below, from 1000 on.
function timeUnit(seconds) {
  const size = Math.abs(seconds);
  if (size >= 172800) return TIME_UNITS[6];
  if (size >= 7200) return TIME_UNITS[5];
  if (size >= 120) return TIME_UNITS[4];
  return (
    TIME_UNITS.slice(0, 4)
      .reverse()
      .find(([, unit]) => size >= unit) ?? TIME_UNITS[size === 0 ? 3 : 0]
  );
}

// Thin spaces between thousands, from five digits on.
const grouped = (text) => text.replace(/(?<=\d)(?=(\d{3})+(?!\d))(?<!\..*)/g, "\u202f");

// At most `digits` significant ones, but all of a whole number's.
function formatNumber(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10 ** digits || Number.isInteger(value)) {
    return size >= 1e15
      ? value.toExponential(digits - 1)
      : size >= 1e4
        ? grouped(String(Math.round(value)))
        : String(Math.round(value));
  }
  if (size < 1e-4) return value.toExponential(digits - 1);
  const text = String(Number(value.toPrecision(digits)));
  return size >= 1e4 ? grouped(text) : text;
}

// In the unit that fits it, or `like` another time.
function formatTime(seconds, digits = 4, like = seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const [name, unit] = timeUnit(like);
  return `${formatNumber(seconds / unit, digits)} ${name}`;
}

function formatSi(value, unit, digits = 3) {
  if (value === null || value === undefined) return "–";
  const steps = ["", "k", "M", "G", "T", "P"];
  const step = value ? Math.max(0, Math.min(5, Math.floor(Math.log10(Math.abs(value)) / 3))) : 0;
  return `${Number((value / 1000 ** step).toPrecision(digits))} ${steps[step]}${unit}`;
}
const formatBytes = (bytes) => formatSi(bytes, "B");
const formatShare = (share) => `${Number((100 * share).toPrecision(3))} %`;

// Whole nanoseconds without rounding, in the unit that fits: "45.678123 ms".
function formatExact(nanoseconds) {
  const [unit, digits] =
    nanoseconds < 1e3
      ? ["ns", 0]
      : nanoseconds < 1e6
        ? ["µs", 3]
        : nanoseconds < 1e9
          ? ["ms", 6]
          : ["s", 9];
  const size = 10 ** digits;
  const rest = digits
    ? String(nanoseconds % size)
        .padStart(digits, "0")
        .replace(/0+$/, "")
    : "";
  return `${Math.floor(nanoseconds / size)}${rest && "."}${rest} ${unit}`;
}

const counted = (number, noun) => `${formatNumber(number)} ${noun}${number === 1 ? "" : "s"}`;

const shortened = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
