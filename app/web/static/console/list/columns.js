/** Which columns the table has: chosen by the person, kept in this browser. */
import { html, signal } from "../../lib/ui.js";
import { listWords, statuses } from "../../words/index.js";
import { dayText, When } from "../dates.js";
import { boardWords } from "../../words/index.js";
import { Menu } from "../menu.js";

const KEY = "interview-tracker.list-columns";
const AT_FIRST = ["status", "location", "tags", "application_date", "last_activity_at", "next_event"];

/** What each column shows of a position; null and "" are nothing. */
export const cells = {
  status: ({ status, archived }) => html`
    <span class=${`status-chip ${status}`}>${statuses[status]}</span>${archived && html` <span class="tag">${listWords.isArchived}</span>`}
  `,
  location: ({ location }) => location,
  source: ({ source }) => source,
  tags: ({ tags }) => tags.length > 0 && html`<span class="tag">${tags.join(", ")}</span>`,
  application_date: ({ application_date: day }) => day && html`<${When} at=${day} />`,
  last_activity_at: ({ last_activity_at: at }) => html`<${When} at=${at} text=${dayText(at)} />`,
  next_event: ({ next_event: next }) => next && html`${boardWords.next[next.kind]} <${When} at=${next.at ?? next.date} />`,
  salary_range: ({ salary_range: salary }) => salary,
  created_at: ({ created_at: at }) => html`<${When} at=${at} text=${dayText(at)} />`,
};

/** The names of the columns that are shown, in the table's own order. */
export const chosenColumns = signal(stored());

/** The menu in which they are chosen. */
export function ColumnsMenu() {
  const items = Object.keys(cells).map((name) => ({
    label: listWords.columns[name],
    isOn: chosenColumns.value.includes(name),
    onChoose: () => toggle(name),
  }));
  return html`<${Menu} label=${listWords.columnsMenu} items=${items} class="outline small" />`;
}

function toggle(name) {
  const isOn = (other) => (other === name ? !chosenColumns.value.includes(name) : chosenColumns.value.includes(other));
  chosenColumns.value = Object.keys(cells).filter(isOn);
  try {
    localStorage.setItem(KEY, JSON.stringify(chosenColumns.value));
  } catch {
    // It holds until the page is left.
  }
}

/** @returns {string[]} */
function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return Array.isArray(kept) ? Object.keys(cells).filter((name) => kept.includes(name)) : AT_FIRST;
  } catch {
    return AT_FIRST;
  }
}
