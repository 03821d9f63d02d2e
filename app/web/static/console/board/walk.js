/** The way over the board by keys: up and down a column, and from one column to the next. */

/** Return what the keys do; arrows only once a card has the focus, since they scroll otherwise. */
export function walk() {
  const down = () => along(1);
  const up = () => along(-1);
  const right = () => across(1);
  const left = () => across(-1);
  const onCard = (act) => () => (cardInFocus() ? act() : false);
  return { j: down, k: up, l: right, h: left, ArrowDown: onCard(down), ArrowUp: onCard(up), ArrowRight: onCard(right), ArrowLeft: onCard(left) };
}

/** Return the id of the card that has the focus, or that it is in. */
export function cardInFocus() {
  return /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest(".board-card"))?.dataset.id;
}

/** Return the ids of the cards that the focus can go to when this one goes away, the best first. */
export function neighbours(id) {
  const card = document.querySelector(`.board-card[data-id="${id}"]`);
  return [card?.nextElementSibling, card?.previousElementSibling].flatMap((other) => (other instanceof HTMLElement && other.dataset.id ? [other.dataset.id] : []));
}

/** Return the link of the first of these cards that is there, or else the heading of the view. */
export function firstThere(ids) {
  const links = ids.map((id) => document.querySelector(`.board-card[data-id="${id}"] a`));
  return /** @type {HTMLElement} */ (links.find(Boolean) ?? document.querySelector("main h1"));
}

function along(step) {
  const cards = cardsIn(document.activeElement?.closest(".board-list") ?? columnsWithCards()[0]);
  const at = cards.findIndex((card) => card.dataset.id === cardInFocus());
  focus(at < 0 ? cards[0] : cards[at + step]);
}

function across(step) {
  const columns = columnsWithCards();
  const from = document.activeElement?.closest(".board-list");
  const to = from ? columns[columns.indexOf(from) + step] : columns[0];
  const at = from ? cardsIn(from).findIndex((card) => card.dataset.id === cardInFocus()) : 0;
  const cards = cardsIn(to);
  focus(cards[Math.min(Math.max(at, 0), cards.length - 1)]);
}

function columnsWithCards() {
  return [...document.querySelectorAll(".board-list")].filter((list) => cardsIn(list).length > 0);
}

/** @returns {HTMLElement[]} */
function cardsIn(list) {
  return /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll(".board-card") ?? [])]);
}

function focus(card) {
  card?.querySelector("a")?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
