/** To be drawn. */
import { html } from "../../lib/ui.js";
import { ViewHead } from "../view.js";

export function View() {
  return html`<${ViewHead} title="today" />`;
}
