/** From what somebody has of a posting to a position: paste, look, add. */
import { html, useEffect, useRef, useSignal } from "../../lib/ui.js";
import { addWords as words } from "../../words/index.js";
import { todayIso } from "../dates.js";
import { useDraft } from "../drafts.js";
import { capture } from "./capture.js";
import { PasteStep } from "./paste_step.js";
import { ProposalForm } from "./proposal_form.js";

const FIELDS = ["title", "company", "location", "salary_range", "job_url", "source", "description"];

/**
 * @param {object} props
 * @param {Record<string, string>} props.given what is known already: fields of a position, or `url`
 * @param {{material: import("./handed_over.js").Material | null} | null} [props.handedOver] by the bookmark
 * @param {(position: any) => void} props.onAdded
 * @param {() => void} [props.onLeave] when a link leads elsewhere
 */
export function AddFlow({ given, handedOver, onAdded, onLeave }) {
  const pasted = useDraft("add.pasted");
  // The form as JSON; empty while there is none.
  const form = useDraft("add.form");
  const isReading = useSignal(false);
  const isUnreadable = Boolean(handedOver && !handedOver.material);
  const problem = useSignal(isUnreadable ? words.couldNotBeRead : "");
  const intro = useSignal(form.value ? (isUnreadable ? words.couldNotBeRead : words.keptFromBefore) : "");
  const place = useRef(/** @type {HTMLElement | null} */ (null));

  const fill = (values, text) => {
    intro.value = text;
    form.value = JSON.stringify({ status: "applied", application_date: todayIso(), tags: "", ...given, url: undefined, ...values });
  };
  const read = async (material, whole = {}) => {
    isReading.value = true;
    problem.value = "";
    try {
      const proposal = await capture(material);
      const found = FIELDS.filter((name) => proposal[name]).map((name) => [name, proposal[name]]);
      fill({ ...Object.fromEntries(found), ...whole }, words.readFrom[/** @type {string} */ (proposal.read_from)]);
      pasted.value = "";
    } catch (error) {
      problem.value = [error.message, ...Object.values(error.fields ?? {})].join(" ");
    }
    isReading.value = false;
  };
  useEffect(() => {
    const material = handedOver?.material ?? (given.url ? { url: given.url } : null);
    if (material) {
      form.value = "";
      // If it cannot be read just now, it can be sent again from here.
      pasted.value = [material.url, material.text].filter(Boolean).join("\n");
      void read(material, handedOver ? { status: "saved" } : {});
    } else if (given.company || given.title) {
      fill({}, "");
    }
  }, []);
  // In a sheet the first field has the focus, once the sheet has opened; a page's heading has it.
  useEffect(() => {
    if (place.current?.closest("dialog")) queueMicrotask(() => place.current && focusFirst(place.current));
  }, []);
  // What had the focus is gone with its step.
  useEffect(() => {
    if (form.value && place.current && document.activeElement === document.body) focusFirst(place.current);
  }, [Boolean(form.value)]);

  const startAgain = () => {
    form.value = "";
    intro.value = "";
    requestAnimationFrame(() => place.current && focusFirst(place.current));
  };
  const done = (position) => {
    form.value = "";
    pasted.value = "";
    onAdded(position);
  };
  return html`
    <div ref=${place}>
      <p role="status" class="add-intro">${isReading.value ? words.reading : form.value ? intro.value : ""}</p>
      ${form.value
        ? html`<${ProposalForm} form=${form} onAdded=${done} onStartAgain=${startAgain} onLeave=${onLeave} />`
        : html`<${PasteStep}
            pasted=${pasted}
            isReading=${isReading.value}
            problem=${problem.value}
            onRead=${read}
            onByHand=${() => fill({}, "")}
            onLeave=${onLeave}
          />`}
    </div>
  `;
}

function focusFirst(place) {
  /** @type {HTMLElement | null} */ (place.querySelector("input, textarea"))?.focus();
}
