/** What a browser calls itself, in words that its owner knows it by. */
import { settingsWords } from "../../words/index.js";

// In this order: most browsers also name those that they want to be taken for.
const BROWSERS = { "Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari" };
const SYSTEMS = { iPhone: "iPhone", iPad: "iPad", Android: "Android", Windows: "Windows", Macintosh: "Mac", Linux: "Linux" };

/**
 * @param {string | null} agent the header `User-Agent`
 * @returns {string} e.g. "Firefox on Windows"; of what is no browser the first word; "" for nothing
 */
export function browserOf(agent) {
  if (!agent) return "";
  const browser = found(BROWSERS, agent);
  const system = found(SYSTEMS, agent);
  if (browser) return system ? settingsWords.logins.browserOn(browser, system) : browser;
  return agent.split(/[ /]/, 1)[0];
}

function found(names, agent) {
  return Object.entries(names).find(([sign]) => agent.includes(sign))?.[1];
}
