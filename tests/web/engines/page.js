/** A page by the words that people find their way by. Each act waits for what it needs. */
import { isSeen, named, selected } from "./looks.js";

const PATIENCE_MS = 30_000;
const PAUSE_MS = 50;

export class Page {
  /**
   * @param {import("./engine.js").Engine} engine
   * @param {string} address the server's
   */
  constructor(engine, address) {
    this.engine = engine;
    this.address = address;
  }

  open(path) {
    return this.engine.open(this.address + path);
  }

  /** Press a button, a link or an entry of a menu. */
  async click(name) {
    await this.engine.click(await this.#find(named, "control", name));
  }

  async fill(label, text) {
    await this.engine.type(await this.#find(named, "field", label), text);
  }

  press(key) {
    return this.engine.press(key);
  }

  /** Choose a file of this machine. */
  async choose(label, path) {
    await this.engine.choose(await this.#find(named, "file", label), path);
  }

  /** Wait for words on the page. */
  async sees(words) {
    await this.#find(isSeen, words);
  }

  /** Drag one thing onto another; both are selectors, for no name says where a card may be taken. */
  async drag(from, to) {
    await this.engine.drag(await this.#find(selected, from), await this.#find(selected, to));
  }

  async #find(look, ...words) {
    const end = Date.now() + PATIENCE_MS;
    let failure = "nothing";
    while (Date.now() < end) {
      try {
        const found = await this.engine.look(look, ...words);
        if (found) return found;
      } catch (error) {
        // A page that is being left has nothing to look at.
        failure = error.message;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`${look.name} ${words.join(" ")}: ${failure} in ${PATIENCE_MS} ms`);
  }
}
