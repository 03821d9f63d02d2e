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
  sizeUnits: ["bytes", "kB", "MB", "GB"],
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
export const importWords = {
  title: "Import",
  lead: "Bring what you have kept until now: your spreadsheet, or the export of another tracker.",
  choose: "Drop a file here, or choose one",
  another: "Choose another file",
  hint: "CSV or Excel (XLSX), up to 1 MB and 5,000 rows.",
  help: "Nothing is stored until you say so: first you see what each column and each row becomes. A row needs a title and a company.",
  reading: "Reading the file…",
  tooLarge: (name) => `${name || "The file"} has more than 1 MB. Leave out long texts, or divide it into two files.`,
  unreadable: (name) => `${name} could not be read. Is it still there?`,
  file: (sentence) => (/^Must /.test(sentence) ? `The file m${sentence.slice(1)}.` : sentence),
  missing: "Which columns hold the title and the company? Name them below.",
  overview: "What is in it",
  rowsFound: (count) => (count === 1 ? "One row was found." : `${count.toLocaleString("en")} rows were found.`),
  allGood: (count) => (count === 1 ? "The one row can be imported." : `All ${count.toLocaleString("en")} rows can be imported.`),
  wrong: (count) => (count === 1 ? "One has to be mended first." : `${count.toLocaleString("en")} have to be mended first.`),
  alike: (count) => (count === 1 ? "One looks like a position that you have, or like another row." : `${count.toLocaleString("en")} look like positions that you have, or like other rows.`),
  sheet: (name, others) =>
    others.length ? `Read from the sheet “${name}”. Not read: ${others.map((other) => `“${other}”`).join(", ")}.` : `Read from the sheet “${name}”.`,
  skip: (count) => (count === 1 ? "Leave that one out" : `Leave these ${count.toLocaleString("en")} out`),
  dateOrder: "Which comes first in your dates?",
  dateOrderWhy: (sentence) => `${sentence.replace(/^Must be mdy or dmy, because /, "")}.`,
  dateOrderChosen: "Nothing in the file tells, so your word counts.",
  dateOrders: { dmy: "The day: 3/4 is 3 April", mdy: "The month: 3/4 is March 4" },
  columns: "What each column becomes",
  unread: (count) => (count === 1 ? "One column is left out." : `${count} columns are left out.`),
  allRead: "Every column is used.",
  leaveOut: "Left out",
  nameless: "(without a name)",
  reason: (reason = "") =>
    reason.startsWith("No field is known") ? "Not known by this name" : reason === "The server sets it" ? "Made anew for each position" : reason,
  fields: {
    title: "Title",
    company: "Company",
    status: "Status",
    application_date: "Applied on",
    location: "Location",
    salary_range: "Salary",
    source: "Source",
    tags: "Tags",
    job_url: "Link",
    notes: "Notes",
    description: "Posting",
    archived: "Archived",
    status_note: "Note on the status",
    saved_at: "Saved since",
    applied_at: "Applied since",
    screening_at: "Screening since",
    interviewing_at: "Interviewing since",
    offer_at: "Offer since",
    rejected_at: "Rejected since",
    withdrawn_at: "Withdrawn since",
  },
  wholeRow: "The whole row",
  wrongTitle: (count) => (count === 1 ? "One row to mend" : `${count.toLocaleString("en")} rows to mend`),
  wrongText: "Mend them in your file and choose it again, or change above what the columns become.",
  moreWrong: (count) => `And ${count.toLocaleString("en")} more. They are shown once these are mended.`,
  rowNumber: (number) => `Row ${number}`,
  blank: "blank",
  rows: "How the positions will be",
  row: "Row",
  leftOut: "Left out:",
  twice: "Alike:",
  youHave: "you have it",
  sameAs: (number) => `the same as row ${number}`,
  archived: "· archived",
  pages: "Pages of rows",
  previous: "Previous rows",
  next: "Next rows",
  rowsShown: (first, last) => `Rows ${first} to ${last}`,
  submit: (count) => (count === 1 ? "Import one position" : `Import ${count.toLocaleString("en")} positions`),
  firstMend: (count) => (count === 1 ? "One row has to be mended first. All rows are imported, or none." : `${count.toLocaleString("en")} rows have to be mended first. All rows are imported, or none.`),
  nothingNew: "You have all of these already.",
  canUndo: "You can undo it afterwards.",
  imported: (count) => (count === 0 ? "Nothing new was imported." : count === 1 ? "One position was imported." : `${count.toLocaleString("en")} positions were imported.`),
  skipped: (count) => (count === 1 ? "One row was left out, because you have it already." : `${count.toLocaleString("en")} rows were left out, because you have them already.`),
  whatNow: "They are on the board, with the days and the statuses of your file.",
  toBoard: "Open the board",
  toList: "Open the list",
  importAnother: "Import another file",
  undo: "Undo the import",
  undoText: "Undo erases what this import made, with all that was added to it since.",
  isUndone: "The import was undone. What it made is gone.",
};

/* ---- Practice and plans ---- */
export const practiceWords = {};

/* ---- Reports ---- */
export const reportWords = {};

/* ---- Settings ---- */
export const settingsWords = {
  title: "Settings",
  parts: "Parts of the settings",
  part: { you: "You", security: "Password and logins", sharing: "Feed and bookmark", contacts: "Contacts", documents: "Documents", data: "Your data" },
  profile: {
    title: "You",
    email: "You sign in as",
    first_name: "First name",
    last_name: "Last name",
    username: "Username",
    timezone: "Time zone",
    timezoneHint: "What “today” and times without a zone mean for you, also in exports. Blank is the server's own.",
    useBrowsers: (zone) => `Use this browser's: ${zone.replaceAll("_", " ")}`,
  },
  appearance: {
    title: "How it looks",
    text: "Kept in this browser alone.",
    dates: "Dates",
    browsers: "as the browser has it",
    days: "Days without news until a position needs attention",
    daysHint: "Usually 14.",
    daysProblem: (least, most) => `Enter a whole number from ${least} to ${most}.`,
  },
  password: {
    title: "Change your password",
    text: "All your other logins end with it.",
    current: "Password now",
    next: "New password",
    hint: "At least 8 characters",
    submit: "Change password",
    done: "Your password was changed. All other logins have ended.",
  },
  logins: {
    title: "Where you are signed in",
    text: "End what you do not know, and change your password then.",
    unknown: "Unknown program",
    current: "this one",
    lastUsed: "Last used",
    end: "End",
    endOne: (name) => `End the login of ${name}`,
    endOthers: (count) => `End the ${count} others`,
    ended: (count) => (count === 1 ? "The login has ended." : `${count} logins have ended.`),
  },
  feed: { title: "Calendar feed" },
  bookmark: {
    title: "Add from any page",
    text: "A bookmark that takes the posting you are looking at to “Add a position”, filled in for you to check.",
    name: "Add to Interview Tracker",
    drag: "Drag this to your bar of bookmarks:",
    open: "Open a posting, on any page.",
    press: "Press the bookmark.",
    without: "No bar of bookmarks, or on a phone? Copy the address, and put it in the place of the address of any bookmark.",
    copy: "Copy the address",
    copied: "Copied.",
    notCopied: "The browser did not allow it. Drag the bookmark instead.",
  },
  contacts: {
    title: "Contacts",
    search: "Find by name or company",
    empty: "No contacts yet",
    emptyText: "Recruiters and interviewers whom you add to a position are listed here.",
    none: "Nobody is called that, and no company.",
    add: "Add a contact",
    edit: (name) => `Edit ${name}`,
    remove: (name) => `Remove ${name}`,
    removed: (name) => `${name} was removed.`,
    positions: (count) => (count === 1 ? "One position" : `${count} positions`),
    fields: { name: "Name", company: "Company", role: "Role", email: "Email", phone: "Phone", profile_url: "Profile", notes: "Notes" },
  },
  documents: {
    title: "Documents",
    empty: "No documents yet",
    emptyText: "CVs and letters that you add to a position are listed here.",
    used: (size, most) => `${size} of ${most} used.`,
    kinds: { cv: "CV", cover_letter: "Cover letter", portfolio: "Portfolio", other: "Other" },
    download: (name) => `Download ${name}`,
    downloadShort: "Download",
    open: (name) => `Open ${name}`,
    openShort: "Open",
    remove: (name) => `Delete ${name}`,
    removeShort: "Delete",
    question: (name) => `Delete ${name}?`,
    questionText: "The file goes for good, also from the positions that it belongs to.",
    removed: (name) => `${name} was deleted.`,
    positions: (count) => (count === 0 ? "with no position" : count === 1 ? "with one position" : `with ${count} positions`),
  },
  pages: { label: "Pages", previous: "Previous", next: "Next", place: (page, pages) => `${page} of ${pages}` },
  takeout: {
    title: "Take everything along",
    text: "One ZIP archive of all that is kept of you: positions, history, interviews, notes, tasks, contacts, documents, practice and reports. Positions are also in it as a CSV file, which any tracker can import.",
    all: "Everything as ZIP",
    bring: "Import a file",
    making: "The archive is being made.",
    received: (size) => `${size} so far`,
    done: "The archive was saved.",
  },
  erasure: {
    title: "Delete your account",
    text: "Everything goes with it, at once and for good.",
    open: "Delete your account…",
    question: "Delete your account?",
    what: "All positions, interviews, notes, documents, practice and reports are erased. Nobody can bring them back. Take everything along first, if you may want it.",
    word: "delete",
    type: "Type “delete”",
    typeIt: "Type the word “delete”.",
    password: "Your password",
    submit: "Delete everything",
  },
};

/* ---- Welcome ---- */
export const welcomeWords = {};
