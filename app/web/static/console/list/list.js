/** The list: every position in rows, found by filters that live in the address, and changed many at a time. */
import { html, useRef, useSignal } from "../../lib/ui.js";
import { listWords } from "../../words/index.js";
import { quickAdd } from "../add/quick_add.js";
import { useResource } from "../data.js";
import { query } from "../router.js";
import { isPhone } from "../screen.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { ViewHead } from "../view.js";
import { BulkBar } from "./bulk_bar.js";
import { Cards } from "./cards.js";
import { ColumnsMenu } from "./columns.js";
import { ExportMenu } from "./export_menu.js";
import { Filters, hasFilters, clearFilters } from "./filters.js";
import { useListKeys } from "./keys.js";
import { Pages } from "./pages.js";
import { listPath } from "./query.js";
import { Table } from "./table.js";

/** The view. */
export function View() {
  const resource = useResource(listPath(query.value));
  const shown = useLastShown(resource);
  return html`
    <${ViewHead} title=${listWords.title}>
      <${ExportMenu} />
      ${!isPhone.value && html`<${ColumnsMenu} />`}
    </${ViewHead}>
    <${Filters} />
    <${Loaded} of=${shown} skeleton=${html`<${Skeleton} lines=${["w90", "w90", "w90", "w90", "w90", "w60"]} />`}>
      ${(data) => html`<${Rows} data=${data} isBusy=${resource.isLoading.value && resource.data.value === undefined} />`}
    </${Loaded}>
  `;
}

/** What was read last stays while what the filters ask for now is on its way. */
function useLastShown(resource) {
  const last = useRef(resource);
  if (resource.data.value !== undefined || resource.error.value) last.current = resource;
  return last.current.data.value === undefined ? resource : last.current;
}

function Rows({ data, isBusy }) {
  const selection = useSignal(/** @type {Set<string>} */ (new Set()));
  const { positions } = data;
  const selected = positions.filter(({ id }) => selection.value.has(id));
  const { sheet } = useListKeys(positions);
  if (data.total === 0) return hasFilters() ? html`<${NoneMatch} />` : html`<${NothingYet} />`;
  const Draw = isPhone.value ? Cards : Table;
  return html`
    <p class="list-found muted" role="status">${listWords.found(data.total)}</p>
    <div aria-busy=${String(isBusy)} class="list-rows">
      <${Draw} positions=${positions} selection=${selection} />
    </div>
    <${Pages} page=${data.page} all=${data.total_pages} />
    ${selected.length > 0 && html`<${BulkBar} selected=${selected} selection=${selection} />`}
    ${sheet}
  `;
}

function NoneMatch() {
  return html`
    <${Empty} title=${listWords.noneMatch}>
      <button type="button" class="outline" onClick=${clearFilters}>${listWords.clear}</button>
    </${Empty}>
  `;
}

function NothingYet() {
  return html`
    <${Empty} title=${listWords.empty}>
      <p>${listWords.emptyText}</p>
      <div class="actions list-first">
        <button type="button" onClick=${() => (quickAdd.value = {})}>${listWords.addFirst}</button>
        <a class="button outline" href="/app/import">${listWords.importFirst}</a>
      </div>
    </${Empty}>
  `;
}
