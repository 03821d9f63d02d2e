/** Positions that may be the same job as one that is about to be added, and others at the same company. */
import { callAsUser } from "../../lib/auth.js";
import { html, useEffect, useSignal } from "../../lib/ui.js";
import { addWords as words, statuses } from "../../words/index.js";
import { When } from "../dates.js";

const PAUSE_MS = 300;
const SHOWN = 5;
const NONE = { same: [], others: [] };

/**
 * @typedef {{same: any[], others: any[]}} Found
 */

/**
 * Look for them while the form is being filled in.
 *
 * @param {Record<string, string>} values of the form
 * @returns {import("../../vendor/preact-signals-2.11.4.js").Signal<Found>}
 */
export function useAlike({ title, company, job_url: url }) {
  const found = useSignal(/** @type {Found} */ (NONE));
  useEffect(() => {
    let isCurrent = true;
    const look = async () => {
      const next = await findAlike({ title, company, job_url: url }).catch(() => NONE);
      if (isCurrent) found.value = next;
    };
    const timer = setTimeout(look, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [title, company, url]);
  return found;
}

/**
 * Return what the person has of the same company: what looks like the same job, and the rest.
 *
 * @param {Record<string, any>} position
 * @returns {Promise<Found>}
 */
export async function findAlike({ title, company, job_url: url }) {
  const name = company?.trim();
  if (!name) return NONE;
  const { positions } = await callAsUser("GET", `/api/v1/positions?${new URLSearchParams({ company: name, per_page: "50" })}`);
  const isSame = (position) =>
    (plain(position.title) === plain(title) && plain(position.company) === plain(name)) ||
    (Boolean(url) && address(position.job_url) === address(url));
  return { same: positions.filter(isSame), others: positions.filter((position) => !isSame(position)) };
}

/**
 * @param {object} props
 * @param {Found} props.found
 * @param {string} props.company
 * @param {() => void} [props.onLeave]
 */
export function Alike({ found: { same, others }, company, onLeave }) {
  const shown = same.length > 0 ? same : others;
  return html`
    <div role="status" class=${shown.length > 0 ? `add-alike${same.length > 0 ? " same" : ""}` : "nothing"}>
      ${shown.length > 0 &&
      html`
        <p>${same.length > 0 ? words.sameJob : words.sameCompany(company.trim())}</p>
        <ul>
          ${shown.slice(0, SHOWN).map(
            (position) => html`
              <li key=${position.id}>
                <a href=${`/app/positions/${position.id}`} onClick=${onLeave}>${position.company} · ${position.title}</a>
                <span class=${`status-chip ${position.status}`}>${statuses[position.status]}</span>
                ${position.application_date && html`<${When} at=${position.application_date} />`}
              </li>
            `,
          )}
        </ul>
      `}
    </div>
  `;
}

/** A text without its case, blanks and punctuation; signs that make a name (C++, C#) stay. */
const plain = (text) => (text ?? "").toLowerCase().replace(/[^\p{L}\p{N}+#]/gu, "");

/** An address by its host and path: the rest is mostly where somebody came from. */
function address(text) {
  try {
    const url = new URL(text);
    const tracking = /^(utm_|gh_|ref|trk|gclid|fbclid|source$|src$)/i;
    const rest = [...url.searchParams].filter(([name]) => !tracking.test(name)).sort();
    return `${url.host.replace(/^www\./, "")}${url.pathname.replace(/\/+$/, "")}?${new URLSearchParams(rest)}`;
  } catch {
    return text ? String(text) : null;
  }
}
