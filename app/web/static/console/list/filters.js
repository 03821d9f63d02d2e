/** The fields of the filters: search, status and tag in sight, the rest a step away. */
import { html, useEffect, useId, useRef, useSignal } from "../../lib/ui.js";
import { listWords, statuses } from "../../words/index.js";
import { useResource } from "../data.js";
import { query, setQuery } from "../router.js";
import { isPhone } from "../screen.js";
import { FILTERS } from "./query.js";

const TYPED_MS = 250;
const RARE = ["company", "source", "date_from", "date_to", "archived"];

/** The fields. */
export function Filters() {
  const rare = RARE.filter((name) => query.value.get(name));
  const sources = useResource("/api/v1/statistics/sources");
  const names = (sources.data.value?.sources ?? []).map(({ source }) => source).filter(Boolean);
  const sourcesId = useId();
  return html`
    <search class="list-filters">
      <${Typed} name="search" type="search" label=${listWords.search} placeholder=${listWords.searchHint} />
      <${Chosen} name="status" label=${listWords.status} options=${{ "": listWords.anyStatus, ...statuses }} />
      <${Typed} name="tag" label=${listWords.tag} />
      ${isPhone.value && html`<${Chosen} name="sort" label=${listWords.sort} options=${sortsForPhones()} />`}
      <details class="list-more-filters" open=${rare.length > 0}>
        <summary>${listWords.moreFilters}${rare.length > 0 && html` <span class="tabular">(${rare.length})</span>`}</summary>
        <div class="list-rare">
          <${Typed} name="company" label=${listWords.company} />
          <${Typed} name="source" label=${listWords.source} list=${sourcesId} />
          <datalist id=${sourcesId}>${names.map((name) => html`<option key=${name} value=${name}></option>`)}</datalist>
          <${Chosen} name="date_from" type="date" label=${listWords.from} />
          <${Chosen} name="date_to" type="date" label=${listWords.to} />
          <${Chosen} name="archived" label=${listWords.archived} options=${listWords.archivedChoices} />
        </div>
      </details>
      ${hasFilters() && html`<button type="button" class="quiet list-clear" onClick=${clearFilters}>${listWords.clear}</button>`}
    </search>
  `;
}

/** Whether the address restricts the list. */
export const hasFilters = () => [...FILTERS, "archived"].some((name) => query.value.get(name));

/** Take all filters away; the order stays. */
export function clearFilters() {
  setQuery(Object.fromEntries([...FILTERS, "archived", "page"].map((name) => [name, null])));
  /** @type {HTMLElement | null} */ (document.querySelector(".list-filters input"))?.focus();
}

const sortsForPhones = () => Object.fromEntries(Object.entries(listWords.sorts).map(([name, label], at) => [at === 0 ? "" : name, label]));

/** A text that counts once the person pauses. */
function Typed({ name, label, ...others }) {
  const there = query.value.get(name) ?? "";
  const text = useSignal(there);
  const timer = useRef(0);
  const isWaiting = useRef(false);
  useEffect(() => {
    // The way back, or "Clear filters"; not what was typed since.
    if (!isWaiting.current) text.value = there;
  }, [there]);
  const send = () => {
    clearTimeout(timer.current);
    if (!isWaiting.current) return;
    isWaiting.current = false;
    setQuery({ [name]: text.value, page: null });
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (event) => {
    text.value = event.currentTarget.value;
    isWaiting.current = true;
    clearTimeout(timer.current);
    timer.current = setTimeout(send, TYPED_MS);
  };
  return html`
    <label class=${`list-filter-${name}`}>
      ${label}
      <input value=${text.value} onInput=${type} onChange=${send} autocomplete="off" ...${others} />
    </label>
  `;
}

function Chosen({ name, label, options, type }) {
  const there = query.value.get(name) ?? "";
  const choose = (event) => setQuery({ [name]: event.currentTarget.value, page: null });
  return html`
    <label class=${`list-filter-${name}`}>
      ${label}
      ${options
        ? html`<select onChange=${choose}>
            ${Object.entries(options).map(([value, text]) => html`<option key=${value} value=${value} selected=${value === there}>${text}</option>`)}
          </select>`
        : html`<input type=${type} value=${there} onChange=${choose} />`}
    </label>
  `;
}
