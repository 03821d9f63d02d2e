/** The report of one session on this page: how far it is, and what the candidate adds to it. */
import { isPassing } from "../lib/api.js";
import { callAsUser } from "../lib/auth.js";
import { openRoom } from "../lib/room_access.js";
import { signal } from "../lib/ui.js";
import { reportWords } from "../words/index.js";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;
const MAX_QUOTES = 3;

export class SessionReport {
  #path;
  #timer = null;
  #wait = FIRST_WAIT_MS;
  #isClosed = false;
  // Of answers that cross, the one to the latest request counts.
  #latest = 0;
  #isSaving = false;
  // What is not stored yet, each as a function of the candidate's own verdicts.
  #changes = [];

  constructor(sessionId) {
    this.#path = `/api/v1/sessions/${sessionId}`;
    /** As the API gives it, null until it is read. */
    this.report = signal(null);
    /** Whether none was ever asked for. */
    this.isMissing = signal(false);
    this.problem = signal("");
    /** `{criteria, note}`: the candidate's own verdicts. Null until they are read, so that nothing unread is replaced. */
    this.own = signal(null);
    /** `saving`, `saved` or `failed`, and nothing before the first change; then `savingProblem` says why. */
    this.saving = signal("");
    this.savingProblem = signal("");
    /** `{seq, quote, onBack}`: the quote that is marked in the transcript, or null. */
    this.lit = signal(null);
  }

  /** Read the report, and again until it is no longer pending. */
  load = async () => {
    clearTimeout(this.#timer);
    const request = ++this.#latest;
    try {
      const [report, own] = await Promise.all([
        callAsUser("GET", `${this.#path}/report`),
        this.own.value ?? callAsUser("GET", `${this.#path}/self-assessment`),
      ]);
      if (request !== this.#latest) return;
      this.own.value ??= { criteria: own.criteria, note: own.note };
      this.#show(report);
    } catch (error) {
      if (request !== this.#latest) return;
      this.isMissing.value = error.status === 404;
      this.problem.value = this.isMissing.value ? "" : error.message;
      if (isPassing(error.status)) this.#lookAgainLater();
    }
  };

  /** Stop looking after it. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Have it made anew. */
  make = async () => {
    this.problem.value = "";
    try {
      this.#show(await callAsUser("POST", `${this.#path}/report`));
    } catch (error) {
      this.problem.value = error.status === 404 ? reportWords.ownOnly : error.message;
    }
  };

  /** Return the candidate's own `{verdict, evidence}` on a criterion, or null. */
  ownVerdict(sequence, criterion) {
    return this.own.value?.criteria.find(isOn(sequence, criterion)) ?? null;
  }

  /** Set the candidate's own verdict; null takes it back. */
  judge(sequence, criterion, verdict) {
    this.#change(({ criteria, note }) => {
      const others = criteria.filter((one) => !isOn(sequence, criterion)(one));
      const known = criteria.find(isOn(sequence, criterion))?.evidence ?? [];
      const evidence = verdict === "not_shown" ? [] : known;
      return { criteria: verdict ? [...others, { sequence, criterion, verdict, evidence }] : others, note };
    });
  }

  /** Whether a quote is evidence of the candidate's own verdict on a criterion. */
  isTaken(sequence, criterion, quote) {
    return (this.ownVerdict(sequence, criterion)?.evidence ?? []).some(isSameAs(quote));
  }

  /** Take a quote as evidence of the candidate's own verdict, or take that back; of more than three the first goes. */
  toggleEvidence(sequence, criterion, { seq, quote }) {
    const change = (one) => {
      const others = one.evidence.filter((taken) => !isSameAs({ seq, quote })(taken));
      const isAdded = others.length === one.evidence.length;
      return { ...one, evidence: isAdded ? [...others, { seq, quote }].slice(-MAX_QUOTES) : others };
    };
    this.#change(({ criteria, note }) => ({
      criteria: criteria.map((one) => (isOn(sequence, criterion)(one) ? change(one) : one)),
      note,
    }));
  }

  writeNote(note) {
    this.#change(({ criteria }) => ({ criteria, note: note.trim() || null }));
  }

  /** Store what has changed, after what is on its way. What another tab has stored meanwhile stays as it is. */
  save = async () => {
    if (this.#isSaving) return;
    this.#isSaving = true;
    this.saving.value = "saving";
    try {
      while (this.#changes.length) await this.#saveChanges(this.#changes.length);
      this.saving.value = "saved";
    } catch (error) {
      this.saving.value = "failed";
      this.savingProblem.value = error.message;
      return;
    } finally {
      this.#isSaving = false;
    }
    // The score of one's own verdicts is the server's to reckon.
    await this.load();
  };

  /** Say that the model's verdict on a criterion is wrong. */
  async dispute(sequence, criterion, note) {
    await callAsUser("PUT", this.#disputePath(sequence, criterion), { body: { note: note.trim() || null } });
    await this.load();
  }

  /** Take that back. */
  async accept(sequence, criterion) {
    await callAsUser("DELETE", this.#disputePath(sequence, criterion));
    await this.load();
  }

  /** Open a room for one of the questions again, and return its page's address. */
  async retry(sequence) {
    const plan = await callAsUser("POST", `${this.#path}/questions/${sequence}/retry`);
    return openRoom(plan.id);
  }

  /** Mark a quote in the transcript, and go there; `origin` is where the way back leads. */
  light({ seq, quote }, origin) {
    const onBack = () => {
      this.lit.value = null;
      origin.focus();
      origin.scrollIntoView({ block: "center" });
    };
    this.lit.value = { seq, quote, onBack };
  }

  async #saveChanges(count) {
    const path = `${this.#path}/self-assessment`;
    const { criteria, note } = await callAsUser("GET", path);
    const own = changed({ criteria, note }, this.#changes.slice(0, count));
    await callAsUser("PUT", path, { body: own });
    this.#changes.splice(0, count);
    this.own.value = changed(own, this.#changes);
  }

  #show(report) {
    this.report.value = report;
    this.isMissing.value = false;
    this.problem.value = "";
    if (report.status === "pending") this.#lookAgainLater();
    else this.#wait = FIRST_WAIT_MS;
  }

  #lookAgainLater() {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(this.load, this.#wait);
    this.#wait = Math.min(this.#wait * 1.5, LONGEST_WAIT_MS);
  }

  #change(change) {
    this.own.value = change(this.own.value);
    this.#changes.push(change);
    void this.save();
  }

  #disputePath(sequence, criterion) {
    return `${this.#path}/report/criteria/${sequence}/${encodeURIComponent(criterion)}/dispute`;
  }
}

const changed = (own, changes) => changes.reduce((result, change) => change(result), own);
const isOn = (sequence, criterion) => (one) => one.sequence === sequence && one.criterion === criterion;
const isSameAs = (quote) => (one) => one.seq === quote.seq && one.quote === quote.quote;
