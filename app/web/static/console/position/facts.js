/** What a position is: its fields. */
import { html } from "../../lib/ui.js";
import { positionWords } from "../../words/index.js";
import { fullText } from "../dates.js";
import { Fact } from "./fact.js";

const TEXTS = ["title", "company", "location", "salary_range", "source"];

/** @param {{position: any}} props */
export function Facts({ position }) {
  const { id, application_date: applied, job_url: address, tags } = position;
  const labels = positionWords.fields;
  return html`
    <section class="panel" aria-labelledby="position-facts-title">
      <h2 id="position-facts-title">${positionWords.facts}</h2>
      ${TEXTS.map((name) => html`<${Fact} key=${name} positionId=${id} name=${name} label=${labels[name]} text=${position[name] ?? ""} />`)}
      <${Fact} positionId=${id} name="application_date" type="date" label=${labels.application_date} text=${applied ?? ""} shown=${applied ? fullText(applied) : ""} />
      <${Fact}
        positionId=${id}
        name="job_url"
        type="url"
        label=${labels.job_url}
        text=${address ?? ""}
        shown=${address ? hostOf(address) : ""}
        beside=${address && html`<a class="position-open" href=${address} target="_blank" rel="noreferrer noopener">${positionWords.openLink}</a>`}
      />
      <${Fact}
        positionId=${id}
        name="tags"
        label=${labels.tags}
        hint=${positionWords.tagsHint}
        text=${tags.join(", ")}
        parse=${(text) => text.split(",").map((tag) => tag.trim()).filter(Boolean)}
      />
    </section>
  `;
}

function hostOf(address) {
  try {
    return new URL(address).hostname.replace(/^www\./, "");
  } catch {
    return address;
  }
}
