/** Writing for many, a few at a time. */

// The API takes four writes of one account at once, and other tabs write too.
const WRITES_AT_ONCE = 3;

/**
 * Carry something out for each; return those for which it failed, with the errors.
 *
 * @template T
 * @param {T[]} all
 * @param {(one: T) => Promise<unknown>} act
 * @returns {Promise<Array<{one: T, error: any}>>}
 */
export async function forEach(all, act) {
  const waiting = [...all];
  /** @type {Array<{one: T, error: any}>} */
  const failures = [];
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      try {
        await act(one);
      } catch (error) {
        failures.push({ one, error });
      }
    }
  };
  await Promise.all(Array.from({ length: WRITES_AT_ONCE }, work));
  return failures;
}
