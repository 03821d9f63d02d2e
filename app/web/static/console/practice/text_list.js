/** A list of short texts to write: each in a box of its own, so that what is wrong with one stands below it. */
import { html, useId, useLayoutEffect, useRef } from "../../lib/ui.js";
import { planWords } from "../../words/index.js";
import { Field } from "../fields.js";
import { newKey } from "./plan_draft.js";

/**
 * @param {object} props
 * @param {string} props.prefix of the fields' names, as the API has them in its errors
 * @param {import("./plan_draft.js").Item[]} props.items
 * @param {Record<string, string>} props.problems
 * @param {(items: import("./plan_draft.js").Item[]) => void} props.onChange
 * @param {string} props.title
 * @param {string} [props.hint]
 * @param {(number: number) => string} props.itemName
 * @param {string} props.add
 * @param {number} props.most
 * @param {(number: number) => string} [props.whenName] names the choice of when a follow-up is asked; none without it
 */
export function TextList({ prefix, items, problems, onChange, title, hint, itemName, add, most, whenName }) {
  const hintId = useId();
  const wanted = useRef(0);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (!wanted.current) return;
    const box = place.current?.querySelector(`[data-key="${wanted.current}"] textarea`) ?? place.current?.querySelector(".practice-add");
    wanted.current = 0;
    /** @type {HTMLElement | null | undefined} */ (box)?.focus();
  });
  const insert = (at) => {
    if (items.length >= most) return;
    const item = { key: newKey(), text: "" };
    wanted.current = item.key;
    onChange([...items.slice(0, at), item, ...items.slice(at)]);
  };
  const remove = (index) => {
    wanted.current = (items[index + 1] ?? items[index - 1])?.key ?? -1;
    onChange(items.filter((_, at) => at !== index));
  };
  const change = (index, changes) => onChange(items.map((item, at) => (at === index ? { ...item, ...changes } : item)));
  const pressed = (event, index) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (event.target.tagName !== "TEXTAREA") return;
    event.preventDefault();
    insert(index + 1);
  };
  const problemOf = (index) => problems[`${prefix}.${index}`] ?? problems[`${prefix}.${index}.text`];
  return html`
    <fieldset class="practice-list" aria-describedby=${hint && hintId} ref=${place}>
      <legend>${title}</legend>
      ${hint && html`<p class="muted" id=${hintId}>${hint}</p>`}
      ${problems[prefix] && html`<p class="problem">${problems[prefix]}</p>`}
      <ol>
        ${items.map(
          (item, index) => html`
            <li key=${item.key} data-key=${item.key} onKeyDown=${(event) => pressed(event, index)}>
              <${Field}
                name=${problems[`${prefix}.${index}.text`] ? `${prefix}.${index}.text` : `${prefix}.${index}`}
                label=${html`<span class="visually-hidden">${itemName(index + 1)}</span>`}
                rows=${1}
                value=${item.text}
                problem=${problemOf(index)}
                onInput=${(text) => change(index, { text })}
              />
              ${whenName &&
              html`<${Field}
                name=${`${prefix}.${index}.when`}
                label=${html`<span class="visually-hidden">${whenName(index + 1)}</span>`}
                options=${Object.entries(planWords.whens).map(([value, label]) => ({ value, label }))}
                value=${item.when ?? "always"}
                problem=${problems[`${prefix}.${index}.when`]}
                onInput=${(when) => change(index, { when })}
              />`}
              <button type="button" class="quiet" aria-label=${planWords.removeOf(itemName(index + 1))} onClick=${() => remove(index)}>×</button>
            </li>
          `,
        )}
      </ol>
      <button type="button" class="link practice-add" disabled=${items.length >= most} onClick=${() => insert(items.length)}>${add}</button>
    </fieldset>
  `;
}
