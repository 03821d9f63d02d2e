/** Which position something is for. Where there are more than a list can hold, they can be searched. */
import { html, useEffect, useSignal } from "../lib/ui.js";
import { calendarWords, statuses } from "../words/index.js";
import { useResource } from "./data.js";
import { Field } from "./fields.js";

const MOST = 100;
const PAUSE_MS = 250;
const OVER = ["rejected", "withdrawn"];

/** @param {{label: string, problem?: string}} props */
export function PositionField({ label, problem }) {
  const typed = useSignal("");
  const search = useSignal("");
  useEffect(() => {
    const timer = setTimeout(() => (search.value = typed.value.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  const parameters = new URLSearchParams({ archived: "false", per_page: String(MOST) });
  if (search.value) parameters.set("search", search.value);
  const found = useResource(`/api/v1/positions?${parameters}`);
  const isSearched = search.value !== "" || (found.data.value?.total ?? 0) > MOST;
  return html`
    ${isSearched &&
    html`<${Field} name="find" type="search" label=${calendarWords.find} value=${typed.value} onInput=${(value) => (typed.value = value)} />`}
    <${Field}
      name="position_id"
      label=${label}
      options=${optionsOf(found.data.value?.positions ?? [])}
      problem=${problem ?? found.error.value?.message}
      hint=${found.data.value?.total === 0 && !search.value ? calendarWords.noPositions : undefined}
    />
  `;
}

/** What is still going on stands first. */
function optionsOf(positions) {
  const isOver = ({ status }) => OVER.includes(status);
  const inOrder = [...positions.filter((position) => !isOver(position)), ...positions.filter(isOver)];
  return [
    { value: "", label: calendarWords.chooseOne },
    ...inOrder.map((position) => ({
      value: position.id,
      label: `${position.company} · ${position.title}${isOver(position) ? ` (${statuses[position.status]})` : ""}`,
    })),
  ];
}
