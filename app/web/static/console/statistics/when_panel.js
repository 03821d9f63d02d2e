/** How many applications and interviews there were, and when. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { format } from "../dates.js";
import { FigurePanel } from "./figure_panel.js";
import { Plot } from "./plot.js";

/** @param {{timeline: any}} props as `GET /statistics/timeline` gives it */
export function WhenPanel({ timeline }) {
  const months = monthsOf(timeline);
  const { when } = statisticsWords;
  const columns = [
    { name: when.month, value: (row) => row.month, text: (row) => monthText(row.month, "long") },
    { name: when.applications, value: (row) => row.applications, isNumber: true },
    { name: when.interviews, value: (row) => row.interviews, isNumber: true },
  ];
  return html`
    <${FigurePanel} title=${titleOf(months)} file="applications-by-month" columns=${columns} rows=${months} isWide>
      <${Plot}
        kind="bars"
        labels=${labelsOf(months)}
        series=${[
          { name: when.applications, values: months.map(({ applications }) => applications), colour: "--pico-primary" },
          { name: when.interviews, values: months.map(({ interviews }) => interviews), colour: "--hue-screening" },
        ]}
      />
    </${FigurePanel}>
  `;
}

function monthsOf({ applications_per_month: applications, interviews_per_month: interviews }) {
  const months = new Map();
  const at = (month) => months.get(month) ?? months.set(month, { month, applications: 0, interviews: 0 }).get(month);
  for (const { month, count } of applications) at(month).applications = count;
  for (const { month, count } of interviews) at(month).interviews = count;
  return [...months.values()].sort((one, other) => one.month.localeCompare(other.month));
}

function titleOf(months) {
  const { when } = statisticsWords;
  const total = months.reduce((sum, { applications }) => sum + applications, 0);
  const most = Math.max(0, ...months.map(({ applications }) => applications));
  const busiest = months.filter(({ applications }) => applications === most);
  if (most === 0) return when.none;
  if (most === total) return when.allIn(total, monthText(busiest[0].month, "long"));
  return busiest.length === 1 ? when.mostIn(most, total, monthText(busiest[0].month, "long")) : when.atMost(most, total);
}

/** The year stands where it begins; where only some months are labelled, with each. */
function labelsOf(months) {
  return months.map(({ month }, index) => {
    const name = monthText(month, "short");
    const hasYear = months.length > 12 || index === 0 || month.endsWith("-01");
    return hasYear ? `${name} ${month.slice(0, 4)}` : name;
  });
}

/**
 * @param {string} month "2026-11"
 * @param {"long" | "short"} length `long` with the year
 */
function monthText(month, length) {
  const [year, number] = month.split("-").map(Number);
  return format(length === "long" ? { month: length, year: "numeric" } : { month: length }).format(new Date(year, number - 1, 1));
}
