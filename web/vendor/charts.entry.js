// What the pages use of Observable Plot and d3, as the globals `Plot` and `d3`; nothing else of the
// two gets into charts.min.js.
import {
  areaY, axisX, axisY, barX, barY, cell, dot, gridX, gridY, line, link, plot, pointer, rect, ruleX,
  ruleY, text, tickX, tickY, tip,
} from "@observablehq/plot";
import { axisBottom, axisTop } from "d3-axis";
import { format } from "d3-format";
import { scaleBand, scaleLinear, scaleLog, scaleSequential } from "d3-scale";
import { select } from "d3-selection";
import { zoom, zoomIdentity, zoomTransform } from "d3-zoom";

globalThis.Plot = {
  areaY, axisX, axisY, barX, barY, cell, dot, gridX, gridY, line, link, plot, pointer, rect, ruleX,
  ruleY, text, tickX, tickY, tip,
};
globalThis.d3 = {
  axisBottom, axisTop, format, scaleBand, scaleLinear, scaleLog, scaleSequential, select, zoom,
  zoomIdentity, zoomTransform,
};
