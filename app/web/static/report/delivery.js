/** How the answers were given, by voice and in writing. */
import { html } from "../lib/ui.js";
import { Bar } from "./bars.js";
import { countText, secondsText } from "./report_words.js";

/** @param {{delivery: any}} props as the API gives it */
export function Delivery({ delivery: { spoken, typed } }) {
  const share = spoken.talk_ratio;
  const facts = [
    spoken.words > 0 && ["By voice", countText(spoken.words, "word")],
    spoken.words_per_minute !== null && ["Speed, with pauses", `${Math.round(spoken.words_per_minute)} words a minute`],
    spoken.longest_pause_seconds !== null && ["Longest pause", secondsText(spoken.longest_pause_seconds)],
    share !== null && ["Your share of the talking", `${Math.round(100 * share)} %`, share],
    spoken.response_seconds !== null && ["Time to your first word", `${secondsText(spoken.response_seconds)} (the middle one)`],
    typed.answers > 0 && ["In writing", `${countText(typed.words, "word")} in ${countText(typed.answers, "answer")}`],
    typed.response_seconds !== null && ["Time to read and write", `${secondsText(typed.response_seconds)} (the middle one)`],
  ].filter(Boolean);
  if (facts.length === 0) return null;
  return html`
    <section class="card" aria-labelledby="delivery-title">
      <h3 id="delivery-title">Delivery</h3>
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
