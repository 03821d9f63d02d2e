/** A text in which a quote is marked. */
import { html } from "./ui.js";

const OF_A_WORD = /[\p{L}\p{N}]/u;

/**
 * Every place at which the quote stands by itself, and not within a longer word; where there is none, the first at all.
 *
 * @param {{text: string, quote: string}} props
 */
export function MarkedText({ text, quote }) {
  const places = placesOf(text, quote);
  let from = 0;
  const pieces = [];
  for (const at of places) {
    pieces.push(text.slice(from, at), html`<mark>${quote}</mark>`);
    from = at + quote.length;
  }
  return html`${pieces}${text.slice(from)}`;
}

function placesOf(text, quote) {
  if (!quote) return [];
  const all = [];
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + quote.length)) all.push(at);
  const alone = all.filter((at) => standsAlone(text, at, quote));
  return alone.length > 0 ? alone : all.slice(0, 1);
}

function standsAlone(text, at, quote) {
  const goesOnBefore = OF_A_WORD.test(quote[0]) && OF_A_WORD.test(text[at - 1] ?? "");
  const goesOnAfter = OF_A_WORD.test(quote.at(-1)) && OF_A_WORD.test(text[at + quote.length] ?? "");
  return !goesOnBefore && !goesOnAfter;
}
