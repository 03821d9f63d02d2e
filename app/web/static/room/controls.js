/** What the candidate does to the interview: pause it, go on to the next question, end it. */
import { ConfirmDialog, Problem } from "../lib/parts.js";
import { html, useSignal } from "../lib/ui.js";
import { roomWords } from "../words/index.js";

export function Controls({ visit }) {
  const { room, draft } = visit;
  const confirmingEnd = useSignal(false);
  // The phase that the candidate is asked about. When it ends meanwhile, the question is void: it would skip the next.
  const confirmingNext = useSignal(0);
  const busy = useSignal(false);
  const timer = room.timer.value;
  const act = (work) => async () => {
    if (busy.value) return;
    confirmingEnd.value = false;
    confirmingNext.value = 0;
    busy.value = true;
    await work();
    busy.value = false;
  };
  const next = act(visit.goToNextPhase);
  const askOrGo = (event) => {
    // The second click of a double click would skip a question that nobody has seen.
    if (event.detail > 1) return;
    if (draft.isBlank.value) next();
    else confirmingNext.value = room.sequence.value;
  };
  const nextWord = room.isLastPhase.value ? roomWords.finish : roomWords.next;
  // One button in one place, so that whoever presses it twice with the keyboard finds it again.
  const [word, work] =
    timer === "running"
      ? [roomWords.pause, visit.pauseTimer]
      : [timer === "paused" ? roomWords.resume : roomWords.start, visit.startTimer];
  return html`
    <section class="controls" aria-label=${roomWords.controls}>
      <button type="button" class="secondary" aria-disabled=${busy.value} onClick=${act(work)}>${word}</button>
      <button
        type="button"
        class="outline"
        disabled=${timer === "ready"}
        aria-disabled=${busy.value}
        onClick=${askOrGo}
        onKeyDown=${(event) => event.repeat && event.preventDefault()}
      >
        ${nextWord}
      </button>
      <button type="button" class="outline secondary" onClick=${() => (confirmingEnd.value = true)}>${roomWords.end}</button>
      <${Problem} text=${visit.problem.value} />
      ${confirmingNext.value === room.sequence.value &&
      html`<${ConfirmDialog}
        title=${roomWords.nextWithDraft}
        text=${room.isLastPhase.value ? roomWords.finishWithDraftText : roomWords.nextWithDraftText}
        yes=${nextWord}
        no=${roomWords.backToAnswer}
        onYes=${next}
        onNo=${() => (confirmingNext.value = 0)}
      />`}
      ${confirmingEnd.value &&
      html`<${ConfirmDialog}
        title=${roomWords.endQuestion}
        text=${roomWords.endText}
        yes=${roomWords.endNow}
        no=${roomWords.keepGoing}
        onYes=${act(visit.end)}
        onNo=${() => (confirmingEnd.value = false)}
      />`}
    </section>
  `;
}
