/** The board: a column for each status, a card for each position, moved by hand, by touch, by keys. */
import { html, useLayoutEffect, useMemo, useRef, useSignal } from "../../lib/ui.js";
import { boardWords } from "../../words/index.js";
import { quickAdd } from "../add/quick_add.js";
import { useAttention } from "../attention.js";
import { archive, moveTo, remove } from "../changes/change_positions.js";
import { ENDS } from "../changes/move_sheet.js";
import { useEveryPosition } from "../data.js";
import { onKeys } from "../keys.js";
import { query } from "../router.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { CardSheet } from "./card_sheet.js";
import { Columns } from "./columns.js";
import { isDragging } from "./dragging.js";
import { BoardFilters, columnsOf, matching } from "./filters.js";
import { cardInFocus, firstThere, neighbours, walk } from "./walk.js";

/** The view. */
export function View() {
  const positions = useEveryPosition("archived=false");
  return html`
    <${ViewHead} title=${boardWords.title}>
      ${positions.data.value?.total > 0 && html`<${BoardFilters} positions=${positions.data.value.positions} />`}
    </${ViewHead}>
    <${Loaded} of=${positions} skeleton=${html`<${BoardSkeleton} />`}>
      ${(data) => (data.total === 0 ? html`<${NothingYet} />` : html`<${Board} positions=${data.positions} />`)}
    </${Loaded}>
  `;
}

function Board({ positions }) {
  const attention = useAttention();
  const opened = useSignal(/** @type {null | {position: any, to?: string}} */ (null));
  // The ids of cards that the focus is to go to, the best first, once they are drawn.
  const wanted = useSignal(/** @type {string[] | null} */ (null));
  const start = performance.now();
  const columns = useColumns(positions);
  const reasons = useMemo(() => reasonsOf(attention.data.value), [attention.data.value]);

  const drop = (id, status) => {
    const position = positions.find((one) => one.id === id);
    if (!position || position.status === status) return;
    if (ENDS.includes(status)) opened.value = { position, to: status };
    else void moveTo([position], status);
  };
  const leave = (act, position) => {
    const next = neighbours(position.id);
    opened.value = null;
    act([position]);
    wanted.value = next;
  };
  useLayoutEffect(() => {
    const withCard = (act) => () => {
      const position = positions.find(({ id }) => id === cardInFocus());
      return position ? act(position) : false;
    };
    const open = (position) => void (opened.value = { position });
    return onKeys({ ...walk(), m: withCard(open), e: withCard((position) => leave(archive, position)) });
  }, [positions]);
  useLayoutEffect(() => {
    performance.clearMeasures("board.draw");
    performance.measure("board.draw", { start, end: performance.now() });
    if (!wanted.value) return;
    firstThere(wanted.value).focus();
    wanted.value = null;
  });
  return html`
    <${Columns} columns=${columns} reasons=${reasons} onOpen=${(position) => (opened.value = { position })} onDrop=${drop} />
    ${opened.value &&
    html`<${CardSheet}
      key=${opened.value.position.id}
      ...${opened.value}
      onClose=${() => (opened.value = null)}
      onMoved=${(position) => (wanted.value = [position.id])}
      onArchive=${(position) => leave(archive, position)}
      onDelete=${(position) => leave(remove, position)}
    />`}
  `;
}

/** The columns as the filters have them. They stand still while a card is in the air. */
function useColumns(positions) {
  const words = query.value.get("search") ?? "";
  const tag = query.value.get("tag") ?? "";
  const columns = useMemo(
    () => columnsOf(matching(positions, words, tag).filter(({ archived }) => !archived)),
    [positions, words, tag],
  );
  const still = useRef(columns);
  if (!isDragging.value) still.current = columns;
  return still.current;
}

/** @returns {Map<string, string>} why positions need attention, by their ids */
function reasonsOf(attention) {
  const reasons = new Map();
  for (const { reason, position } of attention?.entries ?? []) if (position) reasons.set(position.id, boardWords.attention[reason]);
  return reasons;
}

function NothingYet() {
  return html`
    <${Empty} title=${boardWords.empty}>
      <p>${boardWords.emptyText}</p>
      <div class="actions board-first">
        <button type="button" onClick=${() => (quickAdd.value = {})}>${boardWords.addFirst}</button>
        <a class="button outline" href="/app/import">${boardWords.importFirst}</a>
      </div>
    </${Empty}>
  `;
}

function BoardSkeleton() {
  return html`
    <div class="board-columns">
      ${[3, 2, 1, 2].map((cards) => html`<div class="board-column">${Array.from({ length: cards }, () => html`<div class="board-card"><${Skeleton} /></div>`)}</div>`)}
    </div>
  `;
}
