/** How large files are. */

const UNITS = ["bytes", "kB", "MB", "GB"];

/** Return bytes as people say them: "512 bytes", "34 kB", "1.2 MB". */
export function sizeText(bytes) {
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 1 && size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}
