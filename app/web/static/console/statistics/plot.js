/** A plot by uPlot, in the page's own colours, as wide as its place. What it shows stands in a table beside it. */
import { theme } from "../../lib/theme.js";
import { html, useEffect, useRef, useSignal } from "../../lib/ui.js";
import uPlot from "../../vendor/uplot-1.6.32.js";
import { optionsOf } from "./plot_options.js";

/**
 * @typedef {object} PlotSeries
 * @property {string} name
 * @property {Array<number | null>} values one for each label
 * @property {string} colour the name of a variable of the style sheet
 */

/**
 * @param {object} props
 * @param {"bars" | "lines"} props.kind
 * @param {string[]} props.labels below the plot, from left to right
 * @param {PlotSeries[]} props.series
 * @param {number} [props.max] the end of the scale, where it is known
 */
export function Plot({ kind, labels, series, max }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const pointed = useSignal(/** @type {number | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (place.current);
    const options = optionsOf({ kind, labels, series, max, width: element.clientWidth, onPoint: (index) => (pointed.value = index) });
    const plot = new uPlot(options, [labels.map((_, index) => index), ...series.map(({ values }) => values)], element);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: options.height });
    });
    observer.observe(element);
    const redraw = () => plot.redraw(false);
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", redraw);
    const unsubscribe = theme.subscribe(redraw);
    return () => {
      unsubscribe();
      system.removeEventListener("change", redraw);
      observer.disconnect();
      plot.destroy();
    };
  }, [kind, max, JSON.stringify([labels, series])]);
  return html`
    <div class="statistics-plot" aria-hidden="true">
      <p class="statistics-key">
        ${series.map(
          ({ name, values, colour }) => html`
            <span key=${name}>
              <svg width="12" height="12"><rect class=${colour.slice(2)} width="12" height="12" rx="3" /></svg>
              ${name}${pointed.value !== null && html`: <strong>${values[pointed.value] ?? "–"}</strong>`}
            </span>
          `,
        )}
        ${pointed.value !== null && html`<span>${labels[pointed.value]}</span>`}
      </p>
      <div ref=${place} class="statistics-canvas"></div>
    </div>
  `;
}
