/** What is typed into a form, field by field, kept like any draft until the form is sent or given up. */
import { useSignal } from "../lib/ui.js";
import { fieldsIn, useDraft } from "./drafts.js";

/**
 * @param {string} name what the form is for, e.g. `interview.${id}`
 * @param {Record<string, string | null | undefined>} initial by the fields' names
 */
export function useTyped(name, initial = {}) {
  const draft = useDraft(name);
  const turn = useSignal(0);
  const typed = () => fieldsIn(draft.value);
  return {
    /** What a `Field` of this name needs. */
    field: (/** @type {string} */ field) => ({
      name: field,
      value: typed()[field] ?? initial[field] ?? "",
      onInput: (/** @type {string} */ value) => (draft.value = JSON.stringify({ ...typed(), [field]: value })),
    }),
    /** Forget what was typed. */
    clear: () => {
      draft.value = "";
      turn.value += 1;
    },
    /** How often it has been cleared: a key for the form. */
    turn,
  };
}
