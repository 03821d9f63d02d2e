/** Where replies come from. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { FigurePanel } from "./figure_panel.js";

// Of fewer applications one reply more or less says too much.
const FEWEST = 3;

/** @param {{sources: any[]}} props as `GET /statistics/sources` gives them */
export function SourcesPanel({ sources }) {
  const words = statisticsWords.sources;
  const count = (name, of) => ({
    name,
    value: (row) => row[of],
    text: (row) => words.outOf(row[of], row.applications),
    share: (row) => row[of] / row.applications,
  });
  const columns = [
    { name: words.source, value: (row) => row.source ?? words.unknown },
    { name: words.applications, value: (row) => row.applications, isNumber: true, isExtra: true },
    count(words.replies, "responses"),
    count(words.interviews, "interviews"),
    count(words.offers, "offers"),
  ];
  return html`<${FigurePanel} title=${titleOf(sources)} file="sources" columns=${columns} rows=${sources} isWide />`;
}

function titleOf(sources) {
  const words = statisticsWords.sources;
  const sum = (name) => sources.reduce((total, source) => total + source[name], 0);
  const known = sources.filter(({ source, applications }) => source !== null && applications >= FEWEST);
  const [best, next] = known.toSorted((one, other) => other.response_rate - one.response_rate);
  const isAhead = best && next && best.response_rate > next.response_rate;
  if (!isAhead) return words.title(sum("responses"), sum("applications"));
  return words.bestTitle(best.source, best.responses, best.applications);
}
