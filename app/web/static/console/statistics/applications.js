/** What became of the applications: each panel answers one question. */
import { html } from "../../lib/ui.js";
import { statisticsWords } from "../../words/index.js";
import { useResource } from "../data.js";
import { setQuery } from "../router.js";
import { Empty, Loaded, Skeleton } from "../states.js";
import { filterPath, Filters, isBackwards, isFiltered, NO_FILTERS } from "./filters.js";
import { FunnelPanel } from "./funnel_panel.js";
import { Overview } from "./overview.js";
import { SourcesPanel } from "./sources_panel.js";
import { StagesPanel } from "./stages_panel.js";
import { WhenPanel } from "./when_panel.js";

/** All panels, for the applications that the filters choose. */
export function Applications() {
  const overview = useResource(filterPath("overview"));
  const filters = html`<${Filters} problems=${/** @type {any} */ (overview.error.value)?.fields ?? {}} />`;
  if (isBackwards()) return html`${filters}<${Nothing} />`;
  return html`
    ${filters}
    <${Loaded} of=${overview} skeleton=${html`<${Skeleton} lines=${["w90", "w60", "w90", "w90"]} />`}>
      ${(figures) =>
        figures.total_applications > 0
          ? html`
              <${Overview} figures=${figures} />
              <${Panels} />
            `
          : html`<${Nothing} />`}
    </${Loaded}>
  `;
}

function Panels() {
  const timeline = useResource(filterPath("timeline"));
  const funnel = useResource(filterPath("funnel"));
  const sources = useResource(filterPath("sources"));
  const skeleton = html`<div class="panel"><${Skeleton} /></div>`;
  return html`
    <div class="statistics-panels">
      <${Loaded} of=${timeline} skeleton=${skeleton}>${(figures) => html`<${WhenPanel} timeline=${figures} />`}</${Loaded}>
      <${Loaded} of=${funnel} skeleton=${skeleton}>
        ${(figures) => html`
          <${FunnelPanel} stages=${figures.stages} />
          <${StagesPanel} stages=${figures.stages} timeline=${timeline.data.value} />
        `}
      </${Loaded}>
      <${Loaded} of=${sources} skeleton=${skeleton}>${(figures) => html`<${SourcesPanel} sources=${figures.sources} />`}</${Loaded}>
    </div>
  `;
}

function Nothing() {
  if (isFiltered()) {
    return html`
      <${Empty} title=${statisticsWords.nothingFits}>
        <button type="button" class="outline" onClick=${clear}>${statisticsWords.clear}</button>
      </${Empty}>
    `;
  }
  return html`
    <${Empty} title=${statisticsWords.emptyTitle}>
      <p>${statisticsWords.emptyText}</p>
      <p><a class="button" href="/app/add">${statisticsWords.addPosition}</a> <a class="button outline" href="/app/import">${statisticsWords.importFile}</a></p>
    </${Empty}>
  `;
}

function clear() {
  // The button goes with what it cleared.
  /** @type {HTMLElement | null} */ (document.querySelector("main h1"))?.focus();
  setQuery(NO_FILTERS);
}
