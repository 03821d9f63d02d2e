/** The language of the console. A translation is one file beside `en.js` with the same names, and its name here. */
export * from "./en.js";
