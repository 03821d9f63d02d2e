/** The calendar feed: a secret address at which calendar programs read the interviews. It is shown once, and can be ended. */
import { callAsUser } from "../../lib/auth.js";
import { ConfirmDialog } from "../../lib/parts.js";
import { html, useRef, useSignal } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { useResource, useTelling } from "../data.js";
import { When } from "../dates.js";
import { say, sayFailed } from "../notices.js";
import { Failed, Skeleton, Stale, Together } from "../states.js";
import { FeedAddress } from "./feed_address.js";

const PATH = "/api/v1/interviews/calendar-feed";
const feedWords = calendarWords.feed;

/** The panel, without a heading: it stands on a sheet of the calendar and among the settings. */
export function FeedPanel() {
  const feed = useResource(PATH);
  useTelling(feed);
  const made = useSignal(/** @type {{url: string} | null} */ (null));
  const isBusy = useSignal(false);
  const question = useSignal(/** @type {"replace" | "end" | null} */ (null));
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const error = /** @type {{status?: number} | null} */ (feed.error.value);
  // There is none: the API says so by a 404, also after one was read earlier.
  const isNone = error?.status === 404;
  const since = isNone ? null : feed.data.value?.created_at;

  const act = async (perform) => {
    question.value = null;
    isBusy.value = true;
    try {
      await perform();
      await feed.reload();
    } catch (failure) {
      sayFailed(/** @type {Error} */ (failure));
    }
    isBusy.value = false;
    // The button that was pressed may be gone.
    place.current?.focus();
  };
  const make = () =>
    act(async () => {
      made.value = await callAsUser("POST", PATH);
    });
  const end = () =>
    act(async () => {
      await callAsUser("DELETE", PATH);
      made.value = null;
      say(feedWords.ended);
    });
  if (error && !isNone && !feed.data.value) return html`<${Failed} error=${error} onRetry=${feed.reload} />`;
  return html`
    <div class="calendar-feed" ref=${place} tabindex="-1" aria-busy=${String(isBusy.value)}>
      <p>${feedWords.about}</p>
      ${error && !isNone && html`<${Stale} error=${error} onRetry=${feed.reload} />`}
      ${made.value && html`<${FeedAddress} url=${made.value.url} />`}
      <${Together} of=${[feed]} skeleton=${html`<${Skeleton} lines=${["w90", "w60"]} />`}>
        ${!made.value && since && html`<p>${feedWords.since} <${When} at=${since} />. ${feedWords.shownOnce}</p>`}
        <div class="actions">
          ${isNone && html`<button type="button" disabled=${isBusy.value} onClick=${make}>${feedWords.make}</button>`}
          ${since &&
          html`
            <button type="button" class="outline" disabled=${isBusy.value} onClick=${() => (question.value = "replace")}>${feedWords.replace}</button>
            <button type="button" class="outline secondary" disabled=${isBusy.value} onClick=${() => (question.value = "end")}>${feedWords.end}</button>
          `}
        </div>
      </${Together}>
      ${question.value &&
      html`<${ConfirmDialog}
        ...${feedWords.questions[question.value]}
        onYes=${question.value === "end" ? end : make}
        onNo=${() => (question.value = null)}
      />`}
    </div>
  `;
}
