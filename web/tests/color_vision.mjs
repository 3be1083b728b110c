// How colours look to people who cannot see red, green or blue, and how far apart two colours are.

// Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
const MATRICES = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const linear = (value) =>
  value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;

// Linear RGB, from 0 to 1, of [r, g, b] from 0 to 255; as it is without a kind.
export function simulated(color, kind) {
  const rgb = color.map(linear);
  if (!kind) return rgb;
  return MATRICES[kind].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, weight, i) => sum + weight * rgb[i], 0),
      ),
    ),
  );
}

// CIE L*a*b* of linear sRGB, with D65.
function lab([r, g, b]) {
  const f = (t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

// Distance in L*a*b*: about 2 can just be seen side by side.
export const distance = (one, other) =>
  Math.hypot(...lab(one).map((value, i) => value - lab(other)[i]));
