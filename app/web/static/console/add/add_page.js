/** The place to add a position: where a phone's bar and the bookmark lead. */
import { html, useMemo } from "../../lib/ui.js";
import { frame } from "../../words/index.js";
import { go } from "../router.js";
import { ViewHead } from "../view.js";
import { AddFlow } from "./add_flow.js";
import { takeHandedOver } from "./handed_over.js";

/** The view. */
export function View() {
  const handedOver = useMemo(takeHandedOver, []);
  return html`
    <${ViewHead} title=${frame.addLong} />
    <div class="add-page">
      <${AddFlow} given=${{}} handedOver=${handedOver} onAdded=${({ id }) => go(`/app/positions/${id}`)} />
    </div>
  `;
}
