/** How the answers were given, by voice and in writing. */
import { html } from "../lib/ui.js";
import { reportWords } from "../words/index.js";
import { Bar } from "./bars.js";
import { secondsText } from "./report_words.js";

const words = reportWords.delivery;

/** @param {{delivery: any}} props as the API gives it */
export function Delivery({ delivery: { spoken, typed } }) {
  const share = spoken.talk_ratio;
  const facts = [
    spoken.words > 0 && [words.byVoice, reportWords.words(spoken.words)],
    spoken.words_per_minute !== null && [words.speed, words.wordsAMinute(Math.round(spoken.words_per_minute))],
    spoken.longest_pause_seconds !== null && [words.longestPause, secondsText(spoken.longest_pause_seconds)],
    share !== null && [words.share, words.percent(Math.round(100 * share)), share],
    spoken.response_seconds !== null && [words.timeToFirstWord, words.middle(secondsText(spoken.response_seconds))],
    typed.answers > 0 && [words.inWriting, words.wordsInAnswers(typed.words, typed.answers)],
    typed.response_seconds !== null && [words.timeToWrite, words.middle(secondsText(typed.response_seconds))],
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return html`
    <section class="card" aria-labelledby="delivery-title">
      <h3 id="delivery-title">${words.title}</h3>
      <dl class="facts">
        ${facts.map(
          ([name, text, part]) => html`
            <div key=${name}>
              <dt>${name}</dt>
              <dd>${text}${part !== undefined && html`<${Bar} parts=${[{ value: part, kind: "full" }]} whole=${1} />`}</dd>
            </div>
          `,
        )}
      </dl>
    </section>
  `;
}
