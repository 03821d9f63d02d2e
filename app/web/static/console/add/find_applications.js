/** "Did I apply here?": the positions whose company or title has the words. */
import { callAsUser } from "../../lib/auth.js";

const PER_PAGE = 20;

/**
 * @typedef {object} Answer
 * @property {any[]} matches positions by company or title, the latest application first
 * @property {number} applied how many of them were applied for
 * @property {number} mentions how many others mention the words in their description
 * @property {boolean} isCut whether there may be more
 */

/**
 * @param {string} words
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function findApplications(words, signal) {
  const read = (parameter) =>
    callAsUser("GET", `/api/v1/positions?${new URLSearchParams({ [parameter]: words, per_page: String(PER_PAGE) })}`, { signal });
  // The search knows words and their beginnings; the other finds the inside of a company's name.
  const [byWords, byCompany] = await Promise.all([read("search"), words.length <= 200 ? read("company") : { positions: [], total: 0 }]);
  const all = [...new Map([...byCompany.positions, ...byWords.positions].map((position) => [position.id, position])).values()];
  const matches = all.filter((position) => hasAll(`${position.company} ${position.title}`, words)).sort(latestFirst);
  return {
    matches,
    applied: matches.filter(({ status }) => status !== "saved").length,
    mentions: all.length - matches.length,
    isCut: byWords.total > PER_PAGE || byCompany.total > PER_PAGE,
  };
}

/** Whether a text has each of the words, or what one of them may be the plural of. */
function hasAll(text, words) {
  const here = text.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/u)
    .filter(Boolean)
    .every((word) => here.includes(word) || (word.length > 3 && here.includes(word.replace(/e?s$/, ""))));
}

function latestFirst(one, other) {
  return (other.application_date ?? "").localeCompare(one.application_date ?? "");
}
