/** To be drawn. */
import { html } from "../../lib/ui.js";
import { frame } from "../../words/index.js";
import { ViewHead } from "../view.js";

export function View() {
  return html`<${ViewHead} title=${frame.addLong} />`;
}
