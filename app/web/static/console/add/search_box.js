/** The search of the top line, which also answers "Did I apply here?" while somebody types. */
import { html } from "../../lib/ui.js";
import { frame } from "../../words/index.js";

/** The box. */
export function SearchBox() {
  return html`<input type="search" aria-label=${frame.search} placeholder=${frame.search} />`;
}
