/** One place to add what happened or is to happen: a note, a task, an interview, a document. */
import { html, useLayoutEffect, useRef, useSignal } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { say } from "../notices.js";
import { DocumentForm } from "./document_form.js";
import { InterviewForm } from "../interview_form.js";
import { NoteForm } from "./note_form.js";
import { TaskForm } from "./task_form.js";

const FORMS = { note: NoteForm, task: TaskForm, interview: InterviewForm, document: DocumentForm };

/** @param {{position: any}} props */
export function Composer({ position }) {
  const kind = useSignal("note");
  const sent = useSignal(0);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    // The form is drawn anew for the next one.
    if (sent.value > 0) /** @type {HTMLElement | null} */ (place.current?.querySelector("form input, form textarea"))?.focus();
  }, [sent.value]);
  const done = () => {
    say(positionWords.added[kind.value]);
    sent.value += 1;
  };
  const Shown = FORMS[kind.value];
  return html`
    <section class="panel position-composer" aria-labelledby="position-composer-title" ref=${place}>
      <h2 id="position-composer-title" class="visually-hidden">${positionWords.compose}</h2>
      <div class="position-kinds" role="group" aria-label=${positionWords.kind}>
        ${Object.keys(FORMS).map(
          (name) => html`
            <button key=${name} type="button" class="quiet" aria-pressed=${String(name === kind.value)} onClick=${() => (kind.value = name)}>
              ${positionWords.kinds[name]}
            </button>
          `,
        )}
      </div>
      <${Shown} key=${kind.value} positionId=${position.id} onDone=${done} />
    </section>
  `;
}
