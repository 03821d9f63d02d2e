/** Words of the candidate's that lead to their place in the transcript. */
import { html } from "../lib/ui.js";
import { reportWords } from "../words/index.js";

/**
 * @param {{report: any, quote: {seq: number, quote: string}, times?: number}} props `report` is a SessionReport
 */
export function Quote({ report, quote, times = 1 }) {
  const isLit = report.lit.value?.seq === quote.seq && report.lit.value.quote === quote.quote;
  return html`
    <button
      type="button"
      class="link quote"
      aria-pressed=${isLit}
      title=${reportWords.showInTranscript}
      onClick=${(event) => report.light(quote, event.currentTarget)}
    >
      “${quote.quote}”${times > 1 && ` × ${times}`}
    </button>
  `;
}
