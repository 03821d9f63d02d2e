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

/* ---- Changes of positions, on the board and in the list ---- */
const named = (positions) => (positions.length === 1 ? positions[0].company : changeWords.positions(positions.length));
export const changeWords = {
  positions: (count) => (count === 1 ? "1 position" : `${count} positions`),
  moved: (positions, status) => `${named(positions)} moved to ${status}.`,
  archived: (positions) => `${named(positions)} archived.`,
  unarchived: (positions) => `${named(positions)} taken out of the archive.`,
  tagged: (positions) => `Tags of ${named(positions)} changed.`,
  deleted: (positions) => `${named(positions)} deleted.`,
  notDeleted: (count) => `${changeWords.positions(count)} could not be deleted.`,
  someFailed: (failed, all) => `${failed} of ${all} could not be changed.`,
  moveTo: "Move to…",
  moveToStatus: (status) => `Move to ${status}`,
  now: "now",
  note: "Why? (optional)",
  noteHint: "It stands in the history of the position.",
  noteTooLong: "Must be at most 500 characters",
  archive: "Archive",
  unarchive: "Take out of the archive",
  delete: "Delete",
  open: "Open",
};

/* ---- Board ---- */
export const boardWords = {
  title: "Board",
  search: "Filter the cards",
  searchShort: "Filter",
  tag: "Tag",
  anyTag: "Any tag",
  columns: "Columns",
  cards: (status, count) => `${status}, ${count}`,
  fold: (status) => `Fold ${status}`,
  unfold: (status) => `Unfold ${status}`,
  actions: (position) => `Move ${position.company}, ${position.title}`,
  filtered: (shown, all) => `${shown} of ${all}`,
  clear: "Clear filters",
  noneMatch: "Nothing here matches.",
  belongs: {
    saved: "Jobs that you may apply for.",
    applied: "Sent, and waiting for an answer.",
    screening: "A first call or a form.",
    interviewing: "Interviews, planned or held.",
    offer: "They want you.",
    rejected: "They went with somebody else.",
    withdrawn: "You went on without them.",
  },
  empty: "Your board is empty",
  emptyText: "Add a position that you have applied for, or one that you may.",
  addFirst: "Add a position",
  importFirst: "Import a file",
  lastActivity: "Last activity",
  next: { interview: "Interview", task: "Task" },
  attention: {
    no_activity: "Quiet for a while",
    outcome_pending: "How did the interview go?",
    task_overdue: "A task is overdue",
    offer_unanswered: "An offer waits for your answer",
  },
};

/* ---- List ---- */
export const listWords = {
  title: "List",
  caption: "Positions",
  search: "Search",
  searchHint: "Words in title, company or posting",
  status: "Status",
  anyStatus: "Any status",
  tag: "Tag",
  company: "Company",
  source: "Source",
  from: "Applied from",
  to: "Applied to",
  archived: "Archive",
  archivedChoices: { "": "Not archived", only: "Archived only", all: "Both" },
  moreFilters: "More filters",
  clear: "Clear filters",
  sort: "Order",
  sorts: {
    "application_date.desc": "Newest application first",
    "application_date.asc": "Oldest application first",
    "company.asc": "Company, A to Z",
    "company.desc": "Company, Z to A",
    "title.asc": "Title, A to Z",
    "title.desc": "Title, Z to A",
  },
  columnsMenu: "Columns",
  columns: {
    position: "Position",
    title: "Title",
    status: "Status",
    location: "Place",
    source: "Source",
    tags: "Tags",
    application_date: "Applied",
    last_activity_at: "Last activity",
    next_event: "Next",
    salary_range: "Salary",
    created_at: "Added",
  },
  export: "Export",
  exportAs: { csv: "As CSV", xlsx: "As an Excel workbook" },
  exported: "The file is in your downloads.",
  select: (position) => `Select ${position.company}, ${position.title}`,
  selectAll: "Select all on this page",
  selected: (count) => `${count} selected`,
  clearSelection: "Clear the selection",
  tags: "Tags…",
  tagsTitle: (count) => `Tags of ${changeWords.positions(count)}`,
  addTags: "Add tags",
  addTagsHint: "With commas between them.",
  removeTags: "Take off",
  saveTags: "Save tags",
  tagTooLong: "Must be at most 50 characters",
  found: (count) => changeWords.positions(count),
  pages: "Pages",
  page: (page, all) => `Page ${page} of ${all}`,
  previous: "Previous",
  next: "Next",
  isArchived: "archived",
  empty: "Nothing here yet",
  emptyText: "Add a position, or import the sheet that you have kept until now.",
  addFirst: "Add a position",
  importFirst: "Import a file",
  noneMatch: "Nothing matches these filters",
};

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
