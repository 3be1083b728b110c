// What the pages use of Observable Plot and d3, as the globals `Plot` and `d3`; nothing else of the
// two gets into charts.min.js.
import { barX, cell, dot, line, link, plot, ruleX, text } from "@observablehq/plot";
import { scaleLinear } from "d3-scale";

globalThis.Plot = { barX, cell, dot, line, link, plot, ruleX, text };
globalThis.d3 = { scaleLinear };
