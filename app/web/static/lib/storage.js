/**
 * What the browser keeps for this site. Where it keeps nothing, because it was told not to or because it is full, the
 * page keeps it until it is left.
 */

/**
 * @typedef {object} Keeper
 * @property {(key: string) => string | null} get
 * @property {(key: string, value: string) => void} set
 * @property {(key: string) => void} remove
 */

/** For this tab, until it is closed. */
export const ofTab = keeper(() => window.sessionStorage);

/** For all tabs, until somebody takes it away. */
export const ofBrowser = keeper(() => window.localStorage);

/**
 * @param {() => Storage} find throws where there is none
 * @returns {Keeper}
 */
function keeper(find) {
  /** @type {Map<string, string>} */
  const here = new Map();
  const attempt = (work) => {
    try {
      return work(find());
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => here.get(key) ?? attempt((storage) => storage.getItem(key)) ?? null,
    set: (key, value) => {
      here.set(key, value);
      attempt((storage) => {
        storage.setItem(key, value);
        here.delete(key);
      });
    },
    remove: (key) => {
      here.delete(key);
      attempt((storage) => storage.removeItem(key));
    },
  };
}
