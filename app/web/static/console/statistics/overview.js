/** The four figures that are looked at first. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { percentText } from "./numbers.js";

/** @param {{figures: any}} props as `GET /statistics/overview` gives them */
export function Overview({ figures }) {
  const { overview } = statisticsWords;
  const facts = [
    [overview.applications, String(figures.total_applications), overview.companies(figures.total_companies)],
    [overview.replies, percentText(figures.response_rate), overview.repliesMean],
    [overview.interviews, percentText(figures.interview_rate), overview.interviewsMean],
    [overview.offers, percentText(figures.offer_rate), overview.offersMean],
  ];
  return html`
    <dl class="statistics-overview">
      ${facts.map(([name, value, meaning]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd><dd>${meaning}</dd></div>`)}
    </dl>
  `;
}
