/** How things are shown in this browser: colours, dates, and when a position has been quiet for long. */
import { chooseTheme, theme } from "../../lib/theme.js";
import { html, useSignal } from "../../lib/ui.js";
import { frame, settingsWords } from "../../words/index.js";
import { Field } from "../fields.js";
import { ATTENTION_DAYS, attentionDays, dateLocale, isCount } from "../../lib/preferences.js";
import { Part } from "./part.js";

const words = settingsWords.appearance;
/** One language for each way to write dates. */
const LOCALES = ["", "en-GB", "en-US", "sv-SE"];

export function Appearance() {
  const problem = useSignal("");
  const chooseDays = (text) => {
    const days = Number(text);
    const isGood = isCount(days);
    problem.value = isGood ? "" : words.daysProblem(ATTENTION_DAYS.least, ATTENTION_DAYS.most);
    if (isGood) attentionDays.value = days;
  };
  return html`
    <${Part} name="appearance" title=${words.title} text=${words.text}>
      <fieldset class="settings-choice">
        <legend>${frame.theme}</legend>
        ${Object.entries(frame.themes).map(
          ([kind, label]) => html`
            <label key=${kind}>
              <input type="radio" name="theme" checked=${theme.value === kind} onChange=${() => chooseTheme(/** @type {any} */ (kind))} />
              ${label}
            </label>
          `,
        )}
      </fieldset>
      <fieldset class="settings-choice">
        <legend>${words.dates}</legend>
        ${LOCALES.map(
          (locale) => html`
            <label key=${locale}>
              <input type="radio" name="dates" checked=${dateLocale.value === locale} onChange=${() => (dateLocale.value = locale)} />
              ${exampleOf(locale)}${locale === "" && ` (${words.browsers})`}
            </label>
          `,
        )}
      </fieldset>
      <div class="settings-form">
        <${Field}
          name="attention_days"
          type="number"
          inputmode="numeric"
          min=${ATTENTION_DAYS.least}
          max=${ATTENTION_DAYS.most}
          label=${words.days}
          value=${String(attentionDays.peek())}
          onChange=${(event) => chooseDays(event.currentTarget.value)}
          problem=${problem.value || undefined}
          hint=${words.daysHint}
        />
      </div>
    </${Part}>
  `;
}

/** The last day of March at half past two, in which day, month and hour cannot be mistaken for each other. */
function exampleOf(locale) {
  const example = new Date(new Date().getFullYear(), 2, 31, 14, 30);
  return new Intl.DateTimeFormat(locale || undefined, { dateStyle: "medium", timeStyle: "short" }).format(example);
}
