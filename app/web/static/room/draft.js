/** An answer that is being written. The tab keeps it until the server has taken it, also when the page is reloaded. */
import { recall, remember } from "../lib/room_access.js";
import { batch, computed, signal } from "../lib/ui.js";

export class Draft {
  #roomId;

  constructor(roomId) {
    const { draft = "", draftPhase = null } = recall(roomId);
    this.#roomId = roomId;
    this.text = signal(draft);
    /** The phase in which it was begun, from 1; null while there are no words. */
    this.phase = signal(draftPhase);
    this.isBlank = computed(() => this.text.value.trim() === "");
    this.isBeingSent = signal(false);
    /** How many answers this page has sent. */
    this.sent = signal(0);
    /** Where the caret was when the box went away with the focus in it, else null. */
    this.caret = null;
  }

  /** Take in what stands in the box now, in the phase `sequence`. */
  write(text, sequence) {
    this.text.value = text;
    this.phase.value = this.isBlank.value ? null : (this.phase.value ?? sequence);
    remember(this.#roomId, { draft: text, draftPhase: this.phase.value });
  }

  /** Forget what was sent. Words that were written meanwhile stay, as a draft that was begun in the phase `sequence`. */
  dropSent(sent, sequence) {
    const text = this.text.value;
    batch(() => {
      this.phase.value = null;
      this.write(text.startsWith(sent) ? text.slice(sent.length) : text, sequence);
      this.sent.value += 1;
    });
  }
}
