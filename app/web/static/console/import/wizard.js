/** The way of a file from the disk to positions: what is chosen, what the API makes of it, and what came of it. */
import { callAsUser } from "../../lib/auth.js";
import { randomText } from "../../lib/random.js";
import { batch, useEffect, useMemo, useSignal } from "../../lib/ui.js";
import { importWords as words } from "../../words/index.js";
import { changed } from "../data.js";
import { fieldsIn, useDraft } from "../drafts.js";
import { say } from "../notices.js";
import { query, setQuery } from "../router.js";
import { forgetFile, inMemory, keepFile, keptFile, MAX_FILE_BYTES } from "./kept_file.js";

const PATH = "/api/v1/positions/import";

/**
 * @typedef {object} Choices how the file is to be read, as the person wants it
 * @property {Record<string, string | null>} mapping the field of a column by its name; null leaves it out
 * @property {string} dateOrder "mdy", "dmy", or "" where the file tells
 * @property {boolean} skipsDuplicates
 *
 * @typedef {{import_id: string | null, imported: number, skipped: number, isUndone?: boolean}} Result
 * @typedef {ReturnType<typeof useWizard>} Wizard
 */

/** @type {Choices} */
const NO_CHOICES = { mapping: {}, dateOrder: "", skipsDuplicates: true };

/** The state of the wizard, and what can be done in it. It outlives a reload. */
export function useWizard() {
  const file = useSignal(/** @type {File | null} */ (null));
  const found = useSignal(/** @type {any} */ (null));
  const refusal = useSignal(/** @type {any} */ (null));
  const isChecking = useSignal(false);
  const isStoring = useSignal(false);
  const kept = useDraft("import.choices");
  const done = useDraft("import.done");
  const turns = useMemo(() => ({ isWanted: false, key: `import-${randomText(16)}` }), []);

  const choices = () => /** @type {Choices} */ ({ ...NO_CHOICES, ...fieldsIn(kept.value) });
  /** @returns {Result | null} what came of the import, once it is done */
  const result = () => {
    const fields = fieldsIn(done.value);
    return typeof fields.imported === "number" ? /** @type {Result} */ (fields) : null;
  };
  const form = (more) => {
    const { mapping, dateOrder, skipsDuplicates } = choices();
    const body = new FormData();
    body.set("file", /** @type {File} */ (file.value));
    body.set("mapping", JSON.stringify(mapping));
    body.set("date_order", dateOrder);
    body.set("skip_duplicates", String(skipsDuplicates));
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    return body;
  };

  // The API checks one file of a user at a time, and only the last wish counts.
  const check = async () => {
    turns.isWanted = true;
    turns.key = `import-${randomText(16)}`;
    if (isChecking.value) return;
    isChecking.value = true;
    while (turns.isWanted && file.value) {
      turns.isWanted = false;
      try {
        const answer = await callAsUser("POST", PATH, { body: form({ dry_run: "true", rows_after: String(rowsAfter()) }) });
        if (!turns.isWanted) batch(() => ((found.value = answer), (refusal.value = null)));
      } catch (error) {
        if (!turns.isWanted) refusal.value = error;
      }
    }
    isChecking.value = false;
  };
  const choose = (/** @type {Partial<Choices>} */ changes) => {
    kept.value = JSON.stringify({ ...choices(), ...changes });
    void check();
  };
  const open = async (/** @type {File} */ chosen) => {
    batch(() => ((found.value = null), (refusal.value = null), (done.value = ""), (kept.value = "")));
    setQuery({ after: null });
    if (chosen.size > MAX_FILE_BYTES) {
      file.value = null;
      refusal.value = { status: 413, message: words.tooLarge(chosen.name), fields: {}, details: {} };
      return;
    }
    try {
      file.value = await inMemory(chosen);
    } catch {
      refusal.value = { status: 0, message: words.unreadable(chosen.name), fields: {}, details: {} };
      return;
    }
    await keepFile(file.value);
    await check();
  };
  const close = () => {
    forgetFile();
    batch(() => ((file.value = null), (found.value = null), (refusal.value = null), (kept.value = ""), (done.value = "")));
    setQuery({ after: null });
  };
  const store = async () => {
    if (isStoring.value || isChecking.value) return;
    isStoring.value = true;
    try {
      const answer = await callAsUser("POST", PATH, { body: form({}), headers: { "Idempotency-Key": turns.key } });
      const { import_id, imported, skipped } = answer;
      forgetFile();
      batch(() => ((done.value = JSON.stringify({ import_id, imported, skipped })), (file.value = null), (found.value = null)));
      kept.value = "";
      setQuery({ after: null });
      say(words.imported(imported), import_id ? () => undo(import_id) : undefined);
      void changed();
    } catch (error) {
      refusal.value = error;
    }
    isStoring.value = false;
  };
  const undo = async (/** @type {string} */ id) => {
    try {
      await callAsUser("DELETE", `${PATH}/${id}`);
    } catch (error) {
      // Nothing of it is left: that is what was wanted.
      if (/** @type {any} */ (error).status !== 404) throw error;
    }
    // Another file may be on its way already.
    if (result()?.import_id === id) done.value = JSON.stringify({ import_id: null, imported: 0, skipped: 0, isUndone: true });
    void changed();
  };

  useEffect(() => {
    file.value = result() ? null : keptFile();
    if (file.value) void check();
  }, []);
  // Another page of the rows.
  const page = query.value.get("after") ?? "";
  const shown = useMemo(() => ({ page }), []);
  useEffect(() => {
    if (shown.page === page) return;
    shown.page = page;
    if (file.value) void check();
  }, [page]);

  return { file, found, refusal, isChecking, isStoring, result, choices, choose, open, close, check, store, undo };
}

/** Return the numbers of the rows behind which the pages so far begin; the last is that of this page. */
export function pageStarts() {
  return (query.value.get("after") ?? "").split(",").map(Number).filter((number) => number > 0 && Number.isSafeInteger(number));
}

const rowsAfter = () => pageStarts().at(-1) ?? 0;
