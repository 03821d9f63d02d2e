/** One column: it counts, it folds, and it draws its cards as far as they have been looked at. */
import { html, useEffect, useRef, useSignal } from "../../lib/ui.js";
import { boardWords, statuses } from "../../words/index.js";
import { query } from "../router.js";
import { Card } from "./card.js";
import { useDragging } from "./dragging.js";

const DRAWN_AT_FIRST = 12;
const MORE = 24;
// So far below what is seen cards are drawn, before somebody scrolls there.
const AHEAD = "0px 0px 800px 0px";

/**
 * @param {object} props
 * @param {string} props.status
 * @param {any[]} props.positions
 * @param {Map<string, string>} props.reasons
 * @param {boolean} props.isFolded
 * @param {() => void} [props.onFold]
 * @param {(position: any) => void} props.onOpen
 * @param {(id: string, status: string) => void} props.onDrop
 */
export function Column({ status, positions, reasons, isFolded, onFold, onOpen, onDrop }) {
  const list = useRef(/** @type {HTMLUListElement | null} */ (null));
  const { drawn, end } = useGrowth(list, positions.length);
  useDragging(list, status, onDrop);
  const name = statuses[status];
  const heading = html`<span class="board-name">${name}</span> <span class="board-count tabular">${positions.length}</span>`;
  return html`
    <section class=${`board-column ${status}${isFolded ? " folded" : ""}`} data-status=${status} aria-label=${boardWords.cards(name, positions.length)}>
      <h2>
        ${onFold
          ? html`<button
              type="button"
              class="quiet board-fold"
              aria-expanded=${String(!isFolded)}
              title=${(isFolded ? boardWords.unfold : boardWords.fold)(name)}
              onClick=${onFold}
            >
              ${heading}
            </button>`
          : heading}
      </h2>
      <ul class="board-list" ref=${list} data-status=${status}>
        ${!isFolded && positions.slice(0, drawn).map((position) => html`<${Card} key=${position.id} position=${position} reason=${reasons.get(position.id)} onOpen=${onOpen} />`)}
        ${!isFolded && drawn < positions.length && html`<li key="end" class="board-end" aria-hidden="true" ref=${end}></li>`}
      </ul>
      ${!isFolded && positions.length === 0 && html`<p class="board-belongs">${isFiltered() ? boardWords.noneMatch : boardWords.belongs[status]}</p>`}
    </section>
  `;
}

const isFiltered = () => Boolean(query.value.get("search") || query.value.get("tag"));

/** How many cards are drawn: more, whenever the end of those that are comes near. */
function useGrowth(list, count) {
  const drawn = useSignal(DRAWN_AT_FIRST);
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (!end.current) return undefined;
    const observer = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && (drawn.value += MORE), {
      root: list.current,
      rootMargin: AHEAD,
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [drawn.value, drawn.value < count]);
  return { drawn: drawn.value, end };
}
