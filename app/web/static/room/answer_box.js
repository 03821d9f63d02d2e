/** The box for written answers: during the interview, and for the little while in which one can still be sent after. */
import { Problem } from "../lib/parts.js";
import { effect, html, useEffect, useRef, useSignal } from "../lib/ui.js";

const COMPOSING_KEY_CODE = 229;

/** The box in the interview. */
export function AnswerBox({ visit }) {
  const input = useRef(null);
  // The button that led here is gone; without a word the focus would be at the top of the page. On a phone the box is
  // below the question, which must stay in sight. Whoever speaks needs no box: see the heading.
  useEffect(() => {
    const isIdle = visit.joined.value && document.activeElement === document.body;
    if (isIdle && !visit.speaks) input.current.focus({ preventScroll: true });
  }, []);
  // At the end this box gives way to the other one. Noted before that is drawn: afterwards the focus is lost.
  useEffect(() => effect(() => visit.room.timer.value === "completed" && keepCaret(visit.draft, input.current)), []);
  const open = visit.room.timer.value !== "ready";
  return html`
    <${AnswerForm} visit=${visit} input=${input} hintId="answer-hint">
      <small id="answer-hint">${hintFor(visit)}</small>
      <button type="submit" disabled=${!open} aria-busy=${visit.draft.isBeingSent.value}>Send</button>
    </${AnswerForm}>
  `;
}

/** What happens to the answer; how to send it, where that is all there is to say. */
function hintFor({ draft, room }) {
  if (draft.phase.value !== null && draft.phase.value < room.sequence.value) {
    return "You began this in an earlier phase. It is sent as an answer to that question.";
  }
  if (room.timer.value === "paused") return "Paused. The interviewer replies when you resume.";
  return "Enter sends, Shift+Enter begins a new line";
}

/** What was being written when the interview ended: it can be sent for a while, and copied for ever. */
export function LateAnswer({ visit }) {
  const { draft, room } = visit;
  const input = useRef(null);
  const copied = useSignal(false);
  useEffect(() => {
    // Whoever was typing goes on typing.
    if (draft.caret === null) return;
    input.current.focus();
    input.current.setSelectionRange(draft.caret, draft.caret);
    draft.caret = null;
  }, []);
  const copy = async () => {
    copied.value = await copyFrom(input.current);
  };
  const open = room.takesLateAnswers.value;
  return html`
    <section class="card late-answer" aria-label="Answer not sent">
      <${AnswerForm} visit=${visit} input=${input} hintId="late-hint" closed=${!open}>
        <small id="late-hint">
          ${open ? "You can still send this for two minutes." : "This was not sent. You can still copy it."}
        </small>
        ${open && html`<small role="timer" aria-label="Time left to send it">${room.lateText}</small>`}
        <button type="button" class="outline secondary" onClick=${copy}>${copied.value ? "Copied" : "Copy"}</button>
        ${open && html`<button type="submit" aria-busy=${draft.isBeingSent.value}>Send</button>`}
      </${AnswerForm}>
      <${Problem} text=${visit.problem.value} />
    </section>
  `;
}

function keepCaret(draft, box) {
  draft.caret = document.activeElement === box ? box.selectionStart : null;
}

function AnswerForm({ visit, input, hintId, closed = false, children }) {
  const { draft } = visit;
  const submit = (event) => {
    event.preventDefault();
    if (!closed) visit.sendDraft();
  };
  const pressed = (event) => {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    submit(event);
  };
  return html`
    <form class="answer" onSubmit=${submit}>
      <label for="answer">Your answer</label>
      <textarea
        id="answer"
        rows="4"
        maxlength="20000"
        aria-describedby=${hintId}
        ref=${input}
        readOnly=${closed}
        value=${draft.text.value}
        onInput=${(event) => visit.writeDraft(event.currentTarget.value)}
        onKeyDown=${pressed}
      ></textarea>
      <div class="answer-foot">${children}</div>
    </form>
  `;
}

/**
 * Whether a key goes to an input method, where Enter chooses a word. Safari ends the composition before it tells of the
 * key that ended it; the key code still says so.
 */
const isComposing = (event) => event.isComposing || event.keyCode === COMPOSING_KEY_CODE;

async function copyFrom(input) {
  try {
    // There on HTTPS and localhost only, and not to be had in every frame.
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    input.select();
    return document.execCommand("copy");
  }
}
