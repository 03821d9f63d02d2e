/** The five states of a view: empty, loading, partial, failed, full. */
import { html, toChildArray, useEffect, useSignal } from "../lib/ui.js";
import { words } from "../words/index.js";
import { untold, useTelling } from "./data.js";

const PATIENCE_MS = 200;

/**
 * Show what a resource holds, or why it holds nothing. Older data stay while a refresh fails, with a line that says so.
 *
 * @param {object} props
 * @param {import("./data.js").Resource<any>} props.of
 * @param {any} [props.skeleton] the shape of the view, shown once loading takes a while
 * @param {(data: any) => any} props.children draws the data
 */
export function Loaded({ of, skeleton, children }) {
  useTelling(of);
  const data = of.data.value;
  const error = of.error.value;
  const draw = Array.isArray(children) ? children[0] : children;
  if (data === undefined) return error ? html`<${Failed} error=${error} onRetry=${of.reload} />` : html`<${Late}>${skeleton}</${Late}>`;
  return html`
    ${error && html`<${Stale} error=${error} onRetry=${of.reload} />`}
    ${draw(data)}
  `;
}

/**
 * Show what several resources hold once each has said something, be it that it failed: what came earlier is not moved
 * by what comes later above it.
 *
 * @param {object} props
 * @param {import("./data.js").Resource<any>[]} props.of
 * @param {any} props.skeleton shown once loading takes a while
 * @param {any} props.children
 */
export function Together({ of, skeleton, children }) {
  const isThere = of.every(({ data, error }) => data.value !== undefined || error.value);
  return isThere ? children : html`<${Late}>${skeleton}</${Late}>`;
}

/**
 * Draw what stands below one another from the top down, each part in a task of its own, so that a slow processor can answer
 * to somebody's hand in between.
 *
 * @param {object} props
 * @param {any} [props.children]
 * @param {() => void} [props.onDrawn] called when all parts are there
 */
export function InTurn({ children, onDrawn }) {
  const parts = toChildArray(children);
  const drawn = useSignal(1);
  useEffect(() => {
    if (drawn.value >= parts.length) {
      onDrawn?.();
      return undefined;
    }
    const timer = setTimeout(() => (drawn.value += 1));
    return () => clearTimeout(timer);
  }, [drawn.value]);
  return parts.slice(0, drawn.value);
}

/** Nothing could be read. */
export function Failed({ error, onRetry }) {
  return html`
    <div role="alert" class="problem with-button">
      <span>${error.message}</span>
      <button type="button" class="small outline" onClick=${onRetry}>${words.tryAgain}</button>
    </div>
  `;
}

/** Parts of a view could not be read, and have no place of their own that says so. Once, in the frame. */
export function Untold() {
  const first = untold.value.find(({ error }) => error.value);
  if (!first) return null;
  const retry = () => untold.value.forEach(({ reload }) => void reload());
  return html`
    <p role="status" class="stale">
      ${words.partsMissing(first.error.value.message)}
      <button type="button" class="link" onClick=${retry}>${words.tryAgain}</button>
    </p>
  `;
}

/** What is shown was read earlier. */
export function Stale({ error, onRetry }) {
  return html`
    <p role="status" class="stale">
      ${words.notUpToDate(error.message)}
      <button type="button" class="link" onClick=${onRetry}>${words.tryAgain}</button>
    </p>
  `;
}

/**
 * Nothing is here yet: what belongs here, and how it gets here.
 *
 * @param {{title: string, children: any}} props
 */
export function Empty({ title, children }) {
  return html`<div class="empty"><p class="empty-title">${title}</p>${children}</div>`;
}

/** Grey lines in the place of text. `lines` are widths as classes: "w30", "w60", "w90". */
export function Skeleton({ lines = ["w60", "w90", "w30"] }) {
  return html`<div class="skeleton" aria-hidden="true">${lines.map((width) => html`<span class=${width}></span>`)}</div>`;
}

/** Something that is shown once loading takes a while. */
export function Late({ children }) {
  const isDue = useSignal(false);
  useEffect(() => {
    const timer = setTimeout(() => (isDue.value = true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div aria-busy="true" class="loading"><span class="visually-hidden">${words.loading}</span>${isDue.value && children}</div>`;
}
