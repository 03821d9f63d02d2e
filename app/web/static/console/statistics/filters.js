/** Which applications count: the API's own filters, kept in the address under the API's own names. */
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { statisticsWords, statuses } from "../../words/index.js";
import { Field } from "../fields.js";
import { query, setQuery } from "../router.js";

const NAMES = ["start_date", "end_date", "company", "status"];
const PAUSE_MS = 300;

/** What `setQuery` takes to clear all filters. */
export const NO_FILTERS = Object.fromEntries(NAMES.map((name) => [name, null]));

/** Return whether any filter is set. */
export const isFiltered = () => NAMES.some((name) => query.value.get(name));

/** Return whether the time ends before it begins, so that there is nothing to ask for. */
export function isBackwards() {
  const [from, to] = [query.value.get("start_date"), query.value.get("end_date")];
  return Boolean(from && to && from > to);
}

/**
 * Return the path of figures of the applications that the filters choose, or null where they contradict each other.
 *
 * @param {"overview" | "timeline" | "funnel" | "sources"} figures
 * @returns {string | null}
 */
export function filterPath(figures) {
  if (isBackwards()) return null;
  const chosen = new URLSearchParams();
  for (const name of NAMES) {
    const value = query.value.get(name);
    if (value) chosen.set(name, value);
  }
  return `/api/v1/statistics/${figures}${chosen.size > 0 ? `?${chosen}` : ""}`;
}

/** @param {{problems: Record<string, string>}} props what the API finds wrong with which filter */
export function Filters({ problems }) {
  const value = (name) => query.value.get(name) ?? "";
  const dates = { from: useTyped("start_date", isYearWhole), to: useTyped("end_date", isYearWhole) };
  const company = useTyped("company");
  const options = Object.entries(statuses).filter(([name]) => name !== "saved");
  return html`
    <search class="statistics-filters" aria-label=${statisticsWords.filters}>
      <${Field}
        name="start_date"
        type="date"
        label=${statisticsWords.from}
        value=${dates.from.value}
        problem=${isBackwards() ? statisticsWords.backwards : problems.start_date}
        onInput=${(text) => (dates.from.value = text)}
      />
      <${Field}
        name="end_date"
        type="date"
        label=${statisticsWords.to}
        value=${dates.to.value}
        problem=${problems.end_date}
        onInput=${(text) => (dates.to.value = text)}
      />
      <${Field}
        name="company"
        type="search"
        label=${statisticsWords.company}
        value=${company.value}
        problem=${problems.company}
        onInput=${(text) => (company.value = text)}
      />
      <${Field}
        name="status"
        label=${statisticsWords.status}
        value=${value("status")}
        options=${[{ value: "", label: statisticsWords.anyStatus }, ...options.map(([name, label]) => ({ value: name, label }))]}
        problem=${problems.status}
        onInput=${(text) => setQuery({ status: text })}
      />
    </search>
  `;
}

/** What is typed into a filter goes to the address when the person pauses, and comes from there with the way back. */
function useTyped(name, isWhole = (/** @type {string} */ _text) => true) {
  const inAddress = query.value.get(name) ?? "";
  const typed = useSignal(inAddress);
  useEffect(() => {
    // Not where they differ by a blank alone: somebody is between two words.
    if (typed.value.trim() !== inAddress) typed.value = inAddress;
  }, [inAddress]);
  useEffect(() => {
    const text = typed.value.trim();
    if (text === inAddress || !isWhole(text)) return undefined;
    const timer = setTimeout(() => setQuery({ [name]: text }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  return typed;
}

/** A browser that is told a year digit by digit calls the first ones a date of antiquity. */
const isYearWhole = (text) => text === "" || text >= "1900";
