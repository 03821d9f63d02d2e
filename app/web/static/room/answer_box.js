/** The box for written answers: during the interview, and for the little while in which one can still be sent after. */
import { Problem } from "../lib/parts.js";
import { effect, html, useEffect, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { roomWords } from "../words/index.js";
import { apply, indented, newLine, outdented } from "./code_keys.js";

const COMPOSING_KEY_CODE = 229;

/** The box in the interview. */
export function AnswerBox({ visit }) {
  const input = useRef(null);
  // The button that led here is gone; without a word the focus would be at the top of the page. On a phone the box is
  // below the question, which must stay in sight. Whoever speaks needs no box: see the heading.
  useLayoutEffect(() => {
    const isIdle = visit.joined.value && document.activeElement === document.body;
    if (isIdle && !visit.speaks) input.current.focus({ preventScroll: true });
  }, []);
  // At the end this box gives way to the other one. Noted before that is drawn: afterwards the focus is lost.
  useEffect(() => effect(() => visit.room.timer.value === "completed" && keepCaret(visit.draft, input.current)), []);
  const open = visit.room.timer.value !== "ready";
  return html`
    <${AnswerForm} visit=${visit} input=${input} hintId="answer-hint">
      <small id="answer-hint">${noteFor(visit)} <span class="key-hint">${keysFor(visit)}</span></small>
      <button type="submit" disabled=${!open} aria-busy=${visit.draft.isBeingSent.value}>${roomWords.send}</button>
    </${AnswerForm}>
  `;
}

/** What happens to the answer, where that needs a word. */
function noteFor({ draft, room }) {
  if (draft.phase.value !== null && draft.phase.value < room.sequence.value) return roomWords.begunEarlier;
  return room.timer.value === "paused" ? roomWords.pausedReply : "";
}

/** How to send it, where that is all there is to say. Code is lost on whoever cannot get out of its box. */
function keysFor(visit) {
  if (visit.room.isCoding.value) return roomWords.codeKeys;
  return noteFor(visit) ? "" : roomWords.keys;
}

/** What was being written when the interview ended: it can be sent for a while, and copied for ever. */
export function LateAnswer({ visit }) {
  const { draft, room } = visit;
  const input = useRef(null);
  const copied = useSignal(false);
  useLayoutEffect(() => {
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
    <section class="card late-answer" aria-label=${roomWords.notSent}>
      <${AnswerForm} visit=${visit} input=${input} hintId="late-hint" closed=${!open}>
        <small id="late-hint">
          ${open ? roomWords.canStillSend : roomWords.canStillCopy}
        </small>
        ${open && html`<small role="timer" aria-label=${roomWords.timeToSend}>${room.lateText}</small>`}
        <button type="button" class="outline secondary" onClick=${copy}>${copied.value ? roomWords.copied : roomWords.copy}</button>
        ${open && html`<button type="submit" aria-busy=${draft.isBeingSent.value}>${roomWords.send}</button>`}
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
  const isCode = visit.room.isCoding.value;
  // After Escape, Tab leaves the box as everywhere else: whoever has no mouse must get out of it.
  const isLeaving = useRef(false);
  const pressed = (event) => {
    if (isComposing(event)) return;
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey || !(isCode || event.shiftKey));
    if (sends) submit(event);
    else if (isCode && !closed) pressedInCode(event, isLeaving);
  };
  return html`
    <form class="answer" onSubmit=${submit}>
      <label for="answer">${roomWords.answer}</label>
      <textarea
        id="answer"
        class=${isCode ? "code" : undefined}
        rows=${isCode ? 10 : 4}
        wrap=${isCode ? "off" : undefined}
        spellcheck=${isCode ? "false" : undefined}
        autocapitalize=${isCode ? "off" : undefined}
        autocomplete="off"
        maxlength="20000"
        aria-describedby=${hintId}
        ref=${input}
        readOnly=${closed}
        value=${draft.text.value}
        onInput=${(event) => visit.writeDraft(event.currentTarget.value)}
        onKeyDown=${pressed}
        onBlur=${() => (isLeaving.current = false)}
      ></textarea>
      <div class="answer-foot">${children}</div>
    </form>
  `;
}

function pressedInCode(event, isLeaving) {
  const { key, currentTarget: box } = event;
  if (key === "Shift") return;
  const leaves = key === "Tab" && isLeaving.current;
  isLeaving.current = key === "Escape" || leaves;
  if (leaves || event.ctrlKey || event.metaKey || event.altKey) return;
  const change = key === "Tab" ? (event.shiftKey ? outdented : indented) : key === "Enter" ? newLine : null;
  if (!change) return;
  event.preventDefault();
  apply(box, change(box.value, box.selectionStart, box.selectionEnd));
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
