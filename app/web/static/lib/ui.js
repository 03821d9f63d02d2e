/**
 * The libraries of the console, named here alone, so that a new version of one changes one line.
 *
 * `html` turns templates into elements. Values in it become text or attributes, never markup.
 */
import { h, render } from "../vendor/preact-11.2.0.js";
import htm from "../vendor/htm-3.1.1.js";

export { createContext, Fragment, toChildArray } from "../vendor/preact-11.2.0.js";
export { render };
export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "../vendor/preact-hooks-11.2.0.js";
export { batch, computed, effect, signal, untracked, useComputed, useSignal } from "../vendor/preact-signals-2.11.4.js";

export const html = htm.bind(h);
