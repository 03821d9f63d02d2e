/** A piece of another view, fetched when it is needed. */
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { frame, words } from "../../words/index.js";
import { Skeleton } from "../states.js";

/**
 * @param {object} props
 * @param {() => Promise<any>} props.load
 * @param {(module: any) => any} props.children draws it
 */
export function Elsewhere({ load, children }) {
  const module = useSignal(/** @type {any} */ (null));
  const hasFailed = useSignal(false);
  const fetchIt = async () => {
    hasFailed.value = false;
    try {
      module.value = await load();
    } catch {
      hasFailed.value = true;
    }
  };
  useEffect(() => void fetchIt(), []);
  const draw = Array.isArray(children) ? children[0] : children;
  if (module.value) return draw(module.value);
  if (!hasFailed.value) return html`<${Skeleton} />`;
  return html`<p role="alert">${frame.failedToLoad} <button type="button" class="link" onClick=${fetchIt}>${words.tryAgain}</button></p>`;
}
