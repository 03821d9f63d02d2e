/** What is asked: the largest thing in the room, and in sight wherever the page is scrolled to. */
import { html, useEffect, useLayoutEffect, useRef, useSignal } from "../lib/ui.js";
import { phaseName } from "../lib/words.js";
import { roomWords } from "../words/index.js";

// More than three lines on a wide screen.
const LONG_CHARACTERS = 180;

/** The question. A long one is cut to a few lines, on a phone to two, until all of it is wanted. */
export function QuestionPane({ room }) {
  const question = room.question.value;
  const sequence = room.sequence.value;
  const pane = useRef(/** @type {HTMLElement | null} */ (null));
  const text = useRef(/** @type {HTMLElement | null} */ (null));
  const isWhole = useSignal(false);
  const isCut = useSignal(false);
  const first = useRef(sequence);
  useLayoutEffect(() => {
    isWhole.value = false;
    const measure = () => {
      if (!isWhole.value && text.current) isCut.value = text.current.scrollHeight > text.current.clientHeight + 1;
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (text.current) observer.observe(text.current);
    return () => observer.disconnect();
  }, [question?.text]);
  useEffect(() => {
    // Where the browser does not keep it in sight by itself, as beside the keyboard of a phone.
    if (sequence !== first.current) pane.current?.scrollIntoView({ block: "nearest" });
    first.current = sequence;
  }, [sequence]);
  const isLong = (question?.text.length ?? 0) > LONG_CHARACTERS;
  return html`
    <section class=${`question${isWhole.value ? " whole" : ""}`} aria-labelledby="question-title" ref=${pane}>
      <div class="question-head">
        <h2 id="question-title">${question ? phaseName(question.type) : roomWords.question}</h2>
        ${isCut.value &&
        html`<button
          type="button"
          class="link"
          aria-expanded=${String(isWhole.value)}
          aria-controls="question-text"
          onClick=${() => (isWhole.value = !isWhole.value)}
        >
          ${isWhole.value ? roomWords.showLess : roomWords.showAll}
        </button>`}
      </div>
      <p
        class=${`question-text${isLong ? " long" : ""}`}
        id="question-text"
        ref=${text}
        tabindex=${isWhole.value ? 0 : undefined}
      >
        ${question?.text}
      </p>
    </section>
  `;
}

/** The problems that were put. What the interviewer is told to do about them is not the candidate's to see. */
export function Problems({ room }) {
  const all = room.problems.value;
  if (all.length === 0) return null;
  const here = all.filter((problem) => problem.sequence === room.sequence.value);
  const earlier = all.filter((problem) => problem.sequence !== room.sequence.value);
  return html`
    <div class="problems">
      ${here.map((problem) => html`<${ProblemText} key=${problem.id} problem=${problem} />`)}
      ${earlier.length > 0 &&
      html`<details>
        <summary>${roomWords.earlierProblems}</summary>
        ${earlier.map((problem) => html`<${ProblemText} key=${problem.id} problem=${problem} />`)}
      </details>`}
    </div>
  `;
}

function ProblemText({ problem }) {
  return html`<h3>${roomWords.problem}</h3><div class="problem-text">${problem.text}</div>`;
}
