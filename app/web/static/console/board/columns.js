/** The columns side by side; on a phone one at a time, under a switcher, and the next a swipe away. */
import { html, signal, useEffect, useRef, useSignal } from "../../lib/ui.js";
import { boardWords, statuses } from "../../words/index.js";
import { query, setQuery } from "../router.js";
import { isPhone } from "../screen.js";
import { Column } from "./column.js";

const KEY = "interview-tracker.board-folded";
const FOLDED_AT_FIRST = ["rejected", "withdrawn"];
const SETTLED_MS = 120;

const folded = signal(stored());

/**
 * @param {object} props
 * @param {Map<string, any[]>} props.columns
 * @param {Map<string, string>} props.reasons why positions need attention
 * @param {(position: any) => void} props.onOpen
 * @param {(id: string, status: string) => void} props.onDrop
 */
export function Columns({ columns, reasons, onOpen, onDrop }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const { current, show, scrolled } = useSwitcher(place, columns);
  return html`
    ${isPhone.value && html`<${Switcher} columns=${columns} current=${current} onChoose=${show} />`}
    <div class="board-columns" ref=${place} onScroll=${scrolled}>
      ${[...columns].map(
        ([status, positions]) => html`<${Column}
          key=${status}
          status=${status}
          positions=${positions}
          reasons=${reasons}
          isFolded=${!isPhone.value && folded.value.includes(status)}
          onFold=${isPhone.value ? undefined : () => fold(status)}
          onOpen=${onOpen}
          onDrop=${onDrop}
        />`,
      )}
    </div>
  `;
}

function Switcher({ columns, current, onChoose }) {
  const bar = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const chosen = /** @type {HTMLElement | null | undefined} */ (bar.current?.querySelector("[aria-pressed=true]"));
    // Not scrollIntoView: it would move the page, too.
    if (bar.current && chosen) bar.current.scrollTo({ left: chosen.offsetLeft - bar.current.clientWidth / 2 + chosen.clientWidth / 2 });
  }, [current]);
  return html`
    <div class="board-switcher" role="group" aria-label=${boardWords.columns} ref=${bar}>
      ${[...columns].map(
        ([status, positions]) => html`<button
          type="button"
          key=${status}
          class="quiet"
          aria-pressed=${String(status === current)}
          aria-label=${boardWords.cards(statuses[status], positions.length)}
          onClick=${() => onChoose(status)}
        >
          ${statuses[status]} <span class="tabular">${positions.length}</span>
        </button>`,
      )}
    </div>
  `;
}

/** Which column a phone shows: kept in the address, changed by the switcher and by swiping. */
function useSwitcher(place, columns) {
  const first = [...columns].find(([, positions]) => positions.length > 0)?.[0] ?? "saved";
  const current = useSignal(query.value.get("column") ?? first);
  const timer = useRef(0);
  const show = (status, behavior = /** @type {ScrollBehavior} */ ("auto")) => {
    const column = place.current?.querySelector(`.board-column.${CSS.escape(status)}`);
    if (column) place.current.scrollTo({ left: column.offsetLeft - place.current.offsetLeft, behavior });
    current.value = status;
  };
  useEffect(() => {
    if (isPhone.value) show(current.value);
    return () => clearTimeout(timer.current);
  }, [isPhone.value]);
  const scrolled = () => {
    clearTimeout(timer.current);
    if (!isPhone.value) return;
    timer.current = setTimeout(() => {
      const at = place.current;
      if (!at) return;
      const all = /** @type {HTMLElement[]} */ ([...at.children]);
      const distance = (column) => Math.abs(column.offsetLeft - at.offsetLeft - at.scrollLeft);
      const isAtEnd = at.scrollLeft + at.clientWidth >= at.scrollWidth - 2;
      const nearest = isAtEnd ? all[all.length - 1] : all.reduce((best, column) => (distance(column) < distance(best) ? column : best));
      current.value = nearest.dataset.status ?? current.value;
      setQuery({ column: current.value });
    }, SETTLED_MS);
  };
  return { current: current.value, show, scrolled };
}

function fold(status) {
  folded.value = folded.value.includes(status) ? folded.value.filter((other) => other !== status) : [...folded.value, status];
  try {
    localStorage.setItem(KEY, JSON.stringify(folded.value));
  } catch {
    // It holds until the page is left.
  }
}

/** @returns {string[]} */
function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return Array.isArray(kept) ? kept : FOLDED_AT_FIRST;
  } catch {
    return FOLDED_AT_FIRST;
  }
}
