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
export const places = { video: "Video", phone: "Phone", onsite: "On site" };
export const documentKinds = { cv: "CV", cover_letter: "Cover letter", portfolio: "Portfolio", other: "Other document" };

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
export const positionWords = {
  title: "Position",
  gone: "This position is not here.",
  goneText: "It was deleted, or the address was cut off.",
  facts: "About it",
  fields: {
    title: "Title",
    company: "Company",
    location: "Place",
    salary_range: "Salary",
    source: "Found at",
    application_date: "Applied on",
    job_url: "Link",
    tags: "Tags",
  },
  tagsHint: "With commas between them",
  edit: (label, text) => (text ? `Edit ${label.toLowerCase()}: ${text}` : `Add ${label.toLowerCase()}`),
  openLink: "Open",
  posting: "Posting",
  postingText: "Text of the posting",
  editPosting: "Edit the posting",
  noPosting: "Keep the text of the posting here. Pages with postings vanish.",
  showAll: "Show all",
  showLess: "Show less",
  archive: "Archive",
  unarchive: "Take out of the archive",
  archived: "Archived",
  isArchived: (name) => `${name} is archived.`,
  isUnarchived: (name) => `${name} is out of the archive.`,
  delete: "Delete",
  isDeleted: (name) => `${name} is deleted.`,
  moreOf: (name) => `More for ${name}`,
  duplicates: "It looks like a job that you have already:",

  way: "The way so far",
  status: "Status",
  statusNow: (status) => `Status: ${status}. Change it`,
  changeStatus: "Change the status",
  changeWithDate: "With a date or a note…",
  since: "Since",
  sinceHint: "An earlier day puts it there in the history.",
  moved: (title, status) => `${title}: ${status}.`,

  comingUp: "Coming up",
  nothingPlanned: "Nothing is planned. Add an interview or a task below.",
  due: "Due",
  wasDue: "Was due",
  taskDone: (title) => `Done: ${title}`,
  practise: "Practise this interview",
  practiseThis: (name) => `Practise this interview: ${name}`,
  howDidItGo: "How did it go?",
  outcomeSaved: (outcome) => `Outcome: ${outcome}.`,
  failedMeansRejected: "Not passed. The position is rejected with it.",
  reschedule: "Reschedule or edit",
  calendarFile: "Calendar file (.ics)",

  compose: "Add to it",
  kind: "What to add",
  kinds: { note: "Note", task: "Task", interview: "Interview", document: "Document" },
  added: { note: "Note added.", task: "Task added.", interview: "Interview added.", document: "Document added." },
  note: "Note",
  noteText: "What happened, or what to remember",
  noteWhen: "It was at another time",
  addNote: "Add note",
  taskTitle: "What to do",
  addTask: "Add task",
  when: "When",
  minutes: "Minutes",
  type: "Kind",
  place: "Where",
  interviewNotes: "Notes: with whom, where, what to ask",
  addInterview: "Add interview",
  addDocument: "Add document",
  deleteNote: "Delete note",
  deleteTask: "Delete task",
  deleteInterview: "Delete interview",
  deleteDocument: "Delete document",
  deleteContact: "Delete contact",
  noteDeleted: "The note is deleted.",
  taskDeleted: "The task is deleted.",
  interviewDeleted: "The interview is deleted.",

  timeline: "What happened",
  became: "became",
  earlier: "Show earlier",
  happenings: {
    status_change: "Status",
    interview: "Interview",
    note: "Note",
    task: "Task done",
    document: "Document",
    practice_session: "Practice",
  },

  contacts: "Contacts",
  noContacts: "Who do you know there? Recruiters and interviewers go here.",
  addContact: "Add contact",
  who: "Who?",
  linkContact: (name) => `Link ${name}`,
  newContact: (name) => (name ? `Add “${name}” as new` : "Add somebody new"),
  contactFields: {
    name: "Name",
    role: "Role",
    company: "Company",
    email: "Email",
    phone: "Phone",
    profile_url: "Profile",
    notes: "Notes",
  },
  profile: "Profile",
  unlink: "Take off this position",
  unlinked: (name) => `${name} is off this position.`,

  documents: "Documents",
  addFile: "Add a file",
  drop: "Drop files here, or choose them",
  limits: (megabytes) => `Up to ${megabytes} MB each. PDF, Word, text, pictures and more; what a file says it is, it must be.`,
  uploading: (name) => `Sending ${name}`,
  uploaded: (name) => `${name} is here.`,
  notUploaded: (name, sentence) => `${name}: ${sentence}`,
  tooLarge: "It is too large.",
  linkInstead: "Add the address of a page instead",
  fileInstead: "Choose a file instead",
  address: "Address",
  name: "Name",
  documentKind: "Kind",
  isA: (kind) => `It is: ${kind}`,
  linkDocument: "One that you have already",
  choose: "Choose…",

  practice: "Practice",
  noPractice: "Practise for an interview of this position, and its reports will be here.",
  report: "Report",
  goBackIn: "Go back in",
};

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
