/** What is on in the next two weeks, day by day. */
import { callAsUser } from "../../lib/auth.js";
import { saveFile } from "../../lib/save_file.js";
import { html, useSignal } from "../../lib/ui.js";
import { interviewName, minutesText } from "../../lib/words.js";
import { todayWords as words } from "../../words/index.js";
import { dayText, format, fullText } from "../dates.js";
import { sayFailed } from "../notices.js";
import { roomForInterview } from "../practice/practise.js";
import { finishTask } from "./settle.js";

/** @param {{days: any[]}} props days of the agenda, each with something on it */
export function ComingUp({ days }) {
  if (days.length === 0) return html`<p class="muted">${words.nothingComing}</p>`;
  const next = days.flatMap(({ entries }) => entries).find(({ kind }) => kind === "interview");
  return html`
    <ol class="today-days">
      ${days.map(
        ({ date, entries }) => html`
          <li key=${date}>
            <h3 title=${fullText(date)}>${capitalised(dayText(date))}</h3>
            <ul>
              ${entries.map((entry) =>
                entry.kind === "task"
                  ? html`<${TaskRow} key=${entry.record.id} entry=${entry} />`
                  : html`<${InterviewRow} key=${entry.record.id} entry=${entry} isNext=${entry === next} />`,
              )}
            </ul>
          </li>
        `,
      )}
    </ol>
  `;
}

function InterviewRow({ entry: { at, record, position }, isNext }) {
  const isOpening = useSignal(false);
  const name = interviewName(record.type);
  const open = async () => {
    if (isOpening.value) return;
    isOpening.value = true;
    try {
      window.location.assign(await roomForInterview(record));
    } catch (error) {
      sayFailed(error);
    }
    // Also when it went well: whoever comes back by the browser's own way finds the page as it was.
    isOpening.value = false;
  };
  const save = async () => {
    try {
      const file = await callAsUser("GET", `/api/v1/interviews/${record.id}.ics`, { asBlob: true });
      saveFile(file, `${name} ${position.company}.ics`);
    } catch (error) {
      sayFailed(error);
    }
  };
  const facts = [position.title, record.duration_minutes && minutesText(record.duration_minutes), words.places[record.place]];
  return html`
    <li class="today-row">
      <time class="today-time" dateTime=${at} title=${fullText(at)}>${format({ timeStyle: "short" }).format(new Date(at))}</time>
      <div class="today-what">
        <a href=${`/app/positions/${position.id}`}>${name}, ${position.company}</a>
        <p>${facts.filter(Boolean).join(" · ")}</p>
        <div class="actions">
          <button
            type="button"
            class=${isNext ? "small" : "small outline"}
            aria-label=${words.practiseWhich(name, position.company)}
            aria-busy=${isOpening.value ? "true" : "false"}
            aria-disabled=${isOpening.value}
            onClick=${open}
          >
            ${words.practise}
          </button>
          <button type="button" class="small outline" aria-label=${words.calendarFileOf(name, position.company)} onClick=${save}>
            ${words.calendarFile}
          </button>
        </div>
      </div>
    </li>
  `;
}

function TaskRow({ entry: { record, position } }) {
  return html`
    <li class="today-row" data-settles>
      <span class="today-time">${words.task}</span>
      <div class="today-what">
        ${position
          ? html`<a href=${`/app/positions/${position.id}`}>${record.title}</a><p>${position.company} · ${position.title}</p>`
          : html`<p class="today-title" tabindex="-1">${record.title}</p>`}
      </div>
      <button
        type="button"
        class="small outline"
        aria-label=${words.doneWhich(record.title)}
        onClick=${(event) => finishTask(record, event.currentTarget)}
      >
        ${words.done}
      </button>
    </li>
  `;
}

const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);
