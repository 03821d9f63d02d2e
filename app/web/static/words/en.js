/**
 * Every word of the console in English: practice the noun, practise the verb. Short, plain, in the second person.
 *
 * One section per view, each with what its view alone says. What several say stands in `words`.
 */

/** What is said in several places. */
export const words = {
  product: "Interview Tracker",
  today: "today",
  tomorrow: "tomorrow",
  yesterday: "yesterday",
  daysShort: (days) => `${days} d`,
  weeksShort: (weeks) => `${weeks} wk`,
  monthsShort: (months) => `${months} mo`,
  loading: "Loading",
  tryAgain: "Try again",
  notUpToDate: (sentence) => `This may be out of date. ${sentence}`,
  undo: "Undo",
  undone: "Undone.",
  dismiss: "Dismiss",
  close: "Close",
  cancel: "Cancel",
  save: "Save",
  add: "Add",
  edit: "Edit",
  remove: "Remove",
  keep: "Keep",
  saved: "Saved.",
  more: "More",
  practise: "Practise",
  optional: "optional",
};

/** The frame around every view. */
export const frame = {
  places: {
    today: "Today",
    board: "Board",
    list: "List",
    calendar: "Calendar",
    statistics: "Statistics",
    practice: "Practice",
    settings: "Settings",
    import: "Import",
  },
  navigation: "Places",
  account: "Account",
  skip: "Skip to the content",
  fold: "Fold the menu",
  unfold: "Unfold the menu",
  add: "Add",
  addLong: "Add a position",
  search: "Search, or “Did I apply here?”",
  keys: "Keys",
  signOut: "Sign out",
  theme: "Colours",
  themes: { system: "As the system", light: "Light", dark: "Dark" },
  offline: "You are offline. What you type is kept, and you can go on when the connection is back.",
  notFound: "There is no such page.",
  notFoundText: "The address may have been cut off, or what was here is gone.",
  toToday: "Go to Today",
  failedToLoad: "This page could not be loaded.",
};

/** What the keys do, for the sheet that `?` opens. */
export const keyWords = {
  title: "Keys",
  go: "Go to…",
  search: "Search",
  add: "Add a position",
  undo: "Take back what was just done",
  help: "Show the keys",
  next: "Next, and previous",
  open: "Open",
  move: "Move to…",
  archive: "Archive",
};

/** Statuses, kinds and outcomes, by the API's names. */
export const statuses = {
  saved: "Saved",
  applied: "Applied",
  screening: "Screening",
  interviewing: "Interviewing",
  offer: "Offer",
  rejected: "Rejected",
  withdrawn: "Withdrawn",
};
export const outcomes = { pending: "Pending", passed: "Passed", failed: "Not passed", cancelled: "Cancelled" };

/* ---- Today ---- */
export const todayWords = {};

/* ---- Quick add and search ---- */
export const addWords = {};
export const searchWords = {};

/* ---- Board ---- */
export const boardWords = {};

/* ---- List ---- */
export const listWords = {};

/* ---- Position ---- */
export const positionWords = {};

/* ---- Calendar ---- */
export const calendarWords = {};

/* ---- Statistics ---- */
export const statisticsWords = {};

/* ---- Import ---- */
export const importWords = {};

/* ---- Practice and plans ---- */
export const practiceWords = {};

/* ---- Reports ---- */
export const reportWords = {};

/* ---- Settings ---- */
export const settingsWords = {};

/* ---- Welcome ---- */
export const welcomeWords = {};
