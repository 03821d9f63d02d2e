/** How large files are. */
import { words } from "../words/index.js";

const STEP = 1024;

/** Return bytes as people say them: "512 bytes", "34 kB", "1.2 MB". */
export function sizeText(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= STEP && unit < words.sizeUnits.length - 1) {
    size /= STEP;
    unit += 1;
  }
  return `${unit > 1 && size < 10 ? size.toFixed(1) : Math.round(size)} ${words.sizeUnits[unit]}`;
}
