/** A plan to write or to change: what is asked, for how long, and what a good answer shows. */
import { callAsUser } from "../../lib/auth.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { minutesText } from "../../lib/words.js";
import { planWords } from "../../words/index.js";
import { changed } from "../data.js";
import { useDraft } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { go, query } from "../router.js";
import { Failed, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { createOnce } from "../writing.js";
import { PhaseList } from "./phase_list.js";
import { bodyOf, editable, emptyPlan } from "./plan_draft.js";
import { sumOfMinutes, TEMPLATES } from "./plans.js";

const PLANS = "/api/v1/mock-interviews";
// Also what the address has that is no plan's id.
const UNKNOWN = new Set([403, 404, 422]);

/** The view. Without an `id` the plan is a new one: empty, or after the template or the plan that the address names. */
export function View({ id }) {
  const template = query.value.get("template");
  const original = query.value.get("plan");
  const source = id ? `${PLANS}/${id}` : template ? `${TEMPLATES}/${encodeURIComponent(template)}` : original ? `${PLANS}/${original}` : null;
  const draft = useDraft(`plan.${id ?? template ?? original ?? "new"}`);
  const stored = useSignal(/** @type {any} */ (null));
  const error = useSignal(/** @type {any} */ (null));
  const load = async () => {
    error.value = null;
    try {
      const found = source ? editable(await callAsUser("GET", source)) : emptyPlan();
      stored.value = id || !source ? found : { ...found, title: planWords.copyOf(found.title) };
    } catch (reason) {
      error.value = reason;
    }
  };
  useEffect(() => void load(), []);

  const title = id ? planWords.title : planWords.newTitle;
  return html`
    <p class="way-back"><a href="/app/practice">${planWords.wayBack}</a></p>
    <${ViewHead} title=${title} />
    ${error.value &&
    (UNKNOWN.has(error.value.status)
      ? html`<p role="alert" class="problem">${planWords.unknown}</p>`
      : html`<${Failed} error=${error.value} onRetry=${load} />`)}
    ${!stored.value && !error.value && html`<div aria-busy="true"><${Skeleton} lines=${["w30", "w90", "w60", "w90"]} /></div>`}
    ${stored.value && html`<${Editor} id=${id} stored=${stored.value} draft=${draft} />`}
  `;
}

/** The form. What is typed is kept in this tab until it is saved or thrown away. */
function Editor({ id, stored, draft }) {
  const kept = useSignal(parsed(draft.value)).value;
  const plan = useSignal(kept ?? stored);
  const isKept = useSignal(kept !== null);
  /** Grows when the form is to be drawn anew, with other words in it. */
  const turn = useSignal(0);
  const change = (changes) => {
    plan.value = { ...plan.value, ...changes };
    draft.value = JSON.stringify(plan.value);
  };
  const replace = (next) => {
    plan.value = next;
    turn.value += 1;
  };
  const discard = () => {
    const before = plan.value;
    replace(stored);
    draft.value = "";
    isKept.value = false;
    /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
    say(planWords.discarded, () => {
      replace(before);
      change({});
    });
  };
  const save = async () => {
    const body = bodyOf(plan.value);
    if (id) await callAsUser("PATCH", `${PLANS}/${id}`, { body });
    else await createOnce(PLANS, { ...plan.value.links, ...body });
    draft.value = "";
    go("/app/practice");
    say(planWords.saved(body.title));
    await changed();
  };
  const { title, description, language, phases } = plan.value;
  return html`
    ${isKept.value &&
    html`<p role="status" class="stale">
      ${planWords.unsaved} <button type="button" class="link" onClick=${discard}>${planWords.discard}</button>
    </p>`}
    <${Form} key=${turn.value} class="practice-editor" onSend=${save} submit=${planWords.save}>
      ${(problems) => html`
        <div class="practice-about">
          <${Field}
            name="title"
            label=${planWords.name}
            value=${title}
            problem=${problems.title}
            onInput=${(value) => change({ title: value })}
          />
          <${Field}
            name="language"
            label=${planWords.language}
            value=${language}
            hint=${planWords.languageHint}
            problem=${problems.language}
            onInput=${(value) => change({ language: value })}
          />
        </div>
        <${Field}
          name="description"
          label=${planWords.description}
          rows=${2}
          value=${description}
          problem=${problems.description}
          onInput=${(value) => change({ description: value })}
        />
        <p class="muted tabular" role="status">${planWords.total(phases.length, minutesText(sumOfMinutes(phases)))}</p>
        <${PhaseList} phases=${phases} problems=${problems} onChange=${(next) => change({ phases: next })} />
      `}
    </${Form}>
  `;
}

function parsed(text) {
  try {
    const plan = JSON.parse(text);
    return Array.isArray(plan?.phases) ? plan : null;
  } catch {
    return null;
  }
}
