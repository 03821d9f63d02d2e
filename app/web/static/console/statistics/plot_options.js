/** How uPlot is to draw: no legend, no zooming, colours from the style sheet at the moment of drawing. */
import uPlot from "../../vendor/uplot-1.6.32.js";

const HEIGHT_PX = 192;
const LABEL_PX = 76;
const AXIS_PX = 44;
const LABELS_PX = 28;
const BAR_SHARE = 0.36;
const WIDEST_BAR_PX = 36;
const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/**
 * @param {object} asked
 * @param {"bars" | "lines"} asked.kind
 * @param {string[]} asked.labels
 * @param {import("./plot.js").PlotSeries[]} asked.series
 * @param {number} [asked.max]
 * @param {number} asked.width
 * @param {(index: number | null) => void} asked.onPoint told what is pointed at
 * @returns {import("../../vendor/uplot-1.6.32.js").default.Options}
 */
export function optionsOf({ kind, labels, series, max, width, onPoint }) {
  const axis = { stroke: () => colour("--pico-muted-color"), font: font(), ticks: { show: false } };
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(labels.length - 0.5, 0.5)] },
      // A little above the highest, so that it does not touch the edge.
      y: { range: (_plot, _low, high) => [0, max ?? Math.max(1, high * 1.08)] },
    },
    axes: [
      { ...axis, grid: { show: false }, splits: (plot) => spread(labels.length, plot.width), values: (_plot, splits) => splits.map((at) => labels[at] ?? ""), size: LABELS_PX },
      { ...axis, grid: { stroke: () => colour("--pico-muted-border-color"), width: 1 }, size: AXIS_PX, incrs: STEPS },
    ],
    series: [{}, ...series.map((one, index) => (kind === "bars" ? barsOf(one, index, series.length) : lineOf(one)))],
  };
}

/** Bars of two series stand side by side. */
function barsOf({ colour: name }, index, count) {
  const align = count === 1 ? 0 : index === 0 ? -1 : 1;
  return {
    stroke: () => colour(name),
    fill: () => colour(name),
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars({ size: [count === 1 ? BAR_SHARE * 2 : BAR_SHARE, WIDEST_BAR_PX], align, radius: 0.1 }),
  };
}

function lineOf({ colour: name }) {
  const stroke = () => colour(name);
  return { stroke, width: 2, spanGaps: true, points: { show: true, size: 7, stroke, fill: stroke } };
}

/** As many labels as have room, evenly. */
function spread(count, width) {
  const step = Math.max(1, Math.ceil(count / Math.max(1, Math.floor((width - AXIS_PX) / LABEL_PX))));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function font() {
  const { fontFamily } = getComputedStyle(document.body);
  return `${0.8125 * parseFloat(getComputedStyle(document.documentElement).fontSize)}px ${fontFamily}`;
}
