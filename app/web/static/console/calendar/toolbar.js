/** What is shown, the way to what lies before and behind it, and the three ways to show it. */
import { html } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { todayIso } from "../dates.js";
import { Icon } from "../icons.js";
import { setQuery } from "../router.js";
import { stepped, stretchText } from "./days.js";

/** @param {{kind: import("./days.js").Kind, day: string}} props */
export function Toolbar({ kind, day }) {
  const step = (direction) => setQuery({ day: stepped(kind, day, direction) });
  return html`
    <div class="calendar-toolbar">
      <div class="calendar-steps">
        <button type="button" class="outline" title=${calendarWords.keyFor("k")} aria-label=${calendarWords.before[kind]} onClick=${() => step(-1)}>
          <${Icon} name="fold" />
        </button>
        <button type="button" class="outline" title=${calendarWords.keyFor("t")} onClick=${() => setQuery({ day: todayIso() })}>
          ${calendarWords.today}
        </button>
        <button type="button" class="outline" title=${calendarWords.keyFor("j")} aria-label=${calendarWords.behind[kind]} onClick=${() => step(1)}>
          <${Icon} name="unfold" />
        </button>
      </div>
      <h2 aria-live="polite">${stretchText(kind, day)}</h2>
      <nav class="calendar-kinds" aria-label=${calendarWords.kinds}>
        ${Object.entries(calendarWords.kindNames).map(
          ([name, label]) => html`
            <a key=${name} href=${`/app/calendar?view=${name}&day=${day}`} aria-current=${name === kind ? "true" : undefined}>${label}</a>
          `,
        )}
      </nav>
    </div>
  `;
}
