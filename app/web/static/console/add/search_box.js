/** The search of the top line, which also answers "Did I apply here?" while somebody types. */
import { html, useEffect, useId, useRef, useSignal } from "../../lib/ui.js";
import { frame, searchWords as words, statuses } from "../../words/index.js";
import { dayText } from "../dates.js";
import { go } from "../router.js";
import { findApplications } from "./find_applications.js";
import { quickAdd } from "./quick_add.js";

const PAUSE_MS = 200;
const SHOWN = 6;

/** The box: a combobox whose list is what was found, and what else can be done with the words. */
export function SearchBox() {
  const text = useSignal("");
  const isOpen = useSignal(false);
  const answer = useSignal(/** @type {import("./find_applications.js").Answer | null} */ (null));
  const problem = useSignal("");
  // By its key, not its place: the list grows when the answer comes.
  const active = useSignal("");
  const id = useId();
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const wanted = text.value.trim();

  useEffect(() => {
    answer.value = null;
    problem.value = "";
    active.value = "";
    if (!wanted) return undefined;
    const abort = new AbortController();
    const look = async () => {
      try {
        answer.value = await findApplications(wanted, abort.signal);
      } catch (error) {
        if (!abort.signal.aborted) problem.value = error.message;
      }
    };
    const timer = setTimeout(look, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted]);

  const close = () => {
    isOpen.value = false;
    active.value = "";
  };
  const choose = (option) => {
    text.value = "";
    close();
    option.act();
  };
  const options = isOpen.value && wanted ? optionsFor(answer.value, wanted) : [];
  const at = options.findIndex(({ key }) => key === active.value);
  const keys = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && wanted) {
      event.preventDefault();
      choose(options[at] ?? inList(wanted));
    } else if (event.key === "Escape") {
      if (!isOpen.value) text.value = "";
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      isOpen.value = true;
      // One more place than there are options: that of the words themselves.
      const places = options.length + 1;
      const step = event.key === "ArrowDown" ? 1 : -1;
      active.value = options[((at + 1 + step + places) % places) - 1]?.key ?? "";
    }
  };
  const leave = (event) => {
    if (!box.current?.contains(event.relatedTarget)) close();
  };
  const said = problem.value || (answer.value ? sentence(answer.value) : wanted && isOpen.value ? words.looking : "");
  return html`
    <search class="search" ref=${box} onFocusOut=${leave}>
      <input
        type="search"
        role="combobox"
        aria-label=${frame.search}
        placeholder=${frame.search}
        autocomplete="off"
        maxlength="500"
        aria-autocomplete="list"
        aria-expanded=${options.length > 0 ? "true" : "false"}
        aria-controls=${options.length > 0 ? id : undefined}
        aria-activedescendant=${at >= 0 ? `${id}-${options[at].key}` : undefined}
        value=${text.value}
        onInput=${(event) => ((text.value = event.currentTarget.value), (isOpen.value = true))}
        onFocus=${() => (isOpen.value = true)}
        onKeyDown=${keys}
      />
      <p role="status" class="visually-hidden">${isOpen.value && wanted && said !== words.looking ? said : ""}</p>
      ${options.length > 0 &&
      html`<div class="search-results" onMouseDown=${(event) => event.preventDefault()}>
        <p class="search-answer" aria-hidden="true">${said}</p>
        <ul role="listbox" id=${id} aria-label=${words.results}>
          ${options.map(
            (option) => html`
              <li
                key=${option.key}
                id=${`${id}-${option.key}`}
                role="option"
                aria-selected=${option === options[at] ? "true" : "false"}
                onClick=${() => choose(option)}
              >
                <span>${option.label}</span>
                ${option.facts && html`<span class="search-facts">${option.facts}</span>`}
              </li>
            `,
          )}
        </ul>
      </div>`}
    </search>
  `;
}

/**
 * @param {import("./find_applications.js").Answer | null} answer
 * @param {string} wanted
 */
function optionsFor(answer, wanted) {
  const found = (answer?.matches ?? []).slice(0, SHOWN).map((position) => ({
    key: position.id,
    label: `${position.company} · ${position.title}`,
    facts: [statuses[position.status], position.application_date && dayText(position.application_date)].filter(Boolean).join(", "),
    act: () => go(`/app/positions/${position.id}`),
  }));
  const adding = answer && answer.matches.length === 0 ? [addIt(wanted)] : [];
  return [...found, inList(wanted), ...adding];
}

const inList = (wanted) => ({
  key: "list",
  label: words.inList(wanted),
  facts: "",
  act: () => go(`/app/list?${new URLSearchParams({ search: wanted })}`),
});

const addIt = (wanted) => ({ key: "add", label: words.addIt(wanted), facts: "", act: () => (quickAdd.value = { company: wanted }) });

function sentence({ matches, applied, mentions, isCut }) {
  if (applied > 0) return isCut ? words.many(applied) : words.applied(applied);
  if (matches.length > 0) return words.savedOnly;
  return mentions > 0 ? words.noneButTexts(mentions) : words.none;
}
