/** The position as it will be, to be checked and added. */
import { callAsUser } from "../../lib/auth.js";
import { html, useRef, useSignal } from "../../lib/ui.js";
import { addWords as words, statuses } from "../../words/index.js";
import { changed } from "../data.js";
import { fieldsIn } from "../drafts.js";
import { Field, Form } from "../fields.js";
import { say } from "../notices.js";
import { go, path } from "../router.js";
import { Alike, findAlike, useAlike } from "./alike.js";

const STATUSES = Object.entries(statuses).map(([value, label]) => ({ value, label }));
const MORE = ["location", "salary_range", "job_url", "source", "tags", "description"];

/**
 * @param {object} props
 * @param {import("../../vendor/preact-signals-2.11.4.js").Signal<string>} props.form its values as JSON
 * @param {(position: any) => void} props.onAdded
 * @param {() => void} props.onStartAgain
 * @param {() => void} [props.onLeave]
 */
export function ProposalForm({ form, onAdded, onStartAgain, onLeave }) {
  const values = fieldsIn(form.value);
  const alike = useAlike(values);
  // Which job the person has seen that they have already.
  const seen = useSignal("");
  const keys = useRef(new Map());
  const hasMore = useSignal(MORE.some((name) => values[name]));

  const set = (name) => (value) => (form.value = JSON.stringify({ ...fieldsIn(form.value), [name]: value }));
  const send = async () => {
    const body = bodyOf(fieldsIn(form.value));
    const job = `${body.company}\n${body.title}`;
    // Whoever is quicker than the search for others like it is asked once.
    const found = seen.value === job ? null : await findAlike(body).catch(() => null);
    if (found && found.same.length > 0) {
      alike.value = found;
      const isNews = seen.value !== job;
      seen.value = job;
      if (isNews) throw new Error(words.lookFirst);
    }
    const created = await callAsUser("POST", "/api/v1/positions", { body, headers: { "Idempotency-Key": keyOf(keys.current, body) } });
    const isTwice = created.possible_duplicates.length > 0 && seen.value !== job;
    say((isTwice ? words.addedTwice : words.added)(created.title, created.company), () => takeOut(created));
    onAdded(created);
    await changed();
  };
  const isAgain = seen.value === `${values.company?.trim()}\n${values.title?.trim()}` && alike.value.same.length > 0;
  return html`
    <${Alike} found=${alike.value} company=${values.company} onLeave=${onLeave} />
    <${Form}
      class="add-form"
      submit=${isAgain ? words.submitAnyway : words.submit}
      onSend=${send}
      also=${html`<button type="button" class="outline secondary" onClick=${onStartAgain}>${words.startAgain}</button>`}
    >
      ${(problems) => {
        const field = (name, label, others = {}) =>
          html`<${Field} name=${name} label=${label} value=${values[name] ?? ""} problem=${problems[name]} onInput=${set(name)} ...${others} />`;
        return html`
          <div class="add-fields">
            ${field("title", words.title, { required: true })}
            ${field("company", words.company, { required: true })}
            ${field("status", words.status, { options: STATUSES })}
            ${values.status !== "saved" && field("application_date", words.date, { type: "date" })}
          </div>
          <details open=${hasMore.value || MORE.some((name) => problems[name])} onToggle=${(event) => (hasMore.value = event.currentTarget.open)}>
            <summary>${words.details}</summary>
            <div class="add-fields">
              ${field("location", words.location)} ${field("salary_range", words.salary)}
              ${field("job_url", words.jobUrl, { type: "url" })} ${field("source", words.source)}
              ${field("tags", words.tags, { hint: problems.tags ?? words.tagsHint })}
            </div>
            ${field("description", words.description, { rows: 8 })}
          </details>
        `;
      }}
    </${Form}>
  `;
}

/** Take a position that was just added out again; whoever is looking at it is led away. */
async function takeOut({ id }) {
  await callAsUser("DELETE", `/api/v1/positions/${id}`);
  if (path.value === `/positions/${id}`) go("/app/", { replace: true });
  await changed();
}

/** The same body has the same key, so that one that got no answer is not added twice. */
function keyOf(keys, body) {
  const text = JSON.stringify(body);
  if (!keys.has(text)) keys.set(text, crypto.getRandomValues(new Uint32Array(4)).join("-"));
  return keys.get(text);
}

function bodyOf(values) {
  const body = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value.trim() || null : value]));
  const tags = (values.tags ?? "").split(",").map((tag) => tag.trim()).filter(Boolean);
  if (values.status === "saved") delete body.application_date;
  return { ...body, title: body.title ?? "", company: body.company ?? "", tags };
}
