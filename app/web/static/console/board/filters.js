/** Which cards are shown, and in which column and order. The filters live in the address. */
import { html, useMemo } from "../../lib/ui.js";
import { boardWords, statuses } from "../../words/index.js";
import { query, setQuery } from "../router.js";

/**
 * Return the positions that have every word, as the beginning of one of theirs, and the tag.
 *
 * @param {any[]} positions
 * @param {string} search
 * @param {string} tag "" for any
 */
export function matching(positions, search, tag) {
  const wanted = wordsOf(search);
  if (wanted.length === 0 && !tag) return positions;
  return positions.filter((position) => {
    if (tag && !position.tags.includes(tag)) return false;
    if (wanted.length === 0) return true;
    const { title, company, location, source, tags } = position;
    const there = wordsOf([title, company, location, source, ...tags].join(" "));
    return wanted.every((word) => there.some((other) => other.startsWith(word)));
  });
}

/**
 * Return the positions of each status, what happened last on top.
 *
 * @param {any[]} positions
 * @returns {Map<string, any[]>}
 */
export function columnsOf(positions) {
  /** @type {Map<string, any[]>} */
  const columns = new Map(Object.keys(statuses).map((status) => [status, []]));
  for (const position of positions) columns.get(position.status)?.push(position);
  // Times of the API are all in UTC and of one form.
  for (const column of columns.values()) column.sort((one, other) => Number(one.last_activity_at < other.last_activity_at) - Number(one.last_activity_at > other.last_activity_at));
  return columns;
}

/** The fields of the filters. */
export function BoardFilters({ positions }) {
  const tags = useMemo(() => [...new Set(positions.flatMap((position) => position.tags))].sort(), [positions]);
  const search = query.value.get("search") ?? "";
  const tag = query.value.get("tag") ?? "";
  return html`
    <input
      type="search"
      class="board-search"
      aria-label=${boardWords.search}
      placeholder=${boardWords.searchShort}
      value=${search}
      onInput=${(event) => setQuery({ search: event.currentTarget.value })}
    />
    ${(tags.length > 0 || tag) &&
    html`<select aria-label=${boardWords.tag} onChange=${(event) => setQuery({ tag: event.currentTarget.value })}>
      <option value="" selected=${!tag}>${boardWords.anyTag}</option>
      ${[...new Set([...tags, ...(tag ? [tag] : [])])].map((name) => html`<option key=${name} value=${name} selected=${name === tag}>${name}</option>`)}
    </select>`}
    ${(search || tag) &&
    html`<span role="status" class="muted board-found">${boardWords.filtered(matching(positions, search, tag).length, positions.length)}</span>`}
  `;
}

const wordsOf = (text) => text.toLocaleLowerCase().split(/[^\p{L}\p{N}+#]+/u).filter(Boolean);
