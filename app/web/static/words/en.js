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
const days = (count) => (count === 1 ? "1 day" : `${count} days`);
export const todayWords = {
  title: "Today",
  comingUp: "Coming up",
  nothingComing: "Nothing in the next two weeks.",
  places: { phone: "by phone", video: "by video", onsite: "on site" },
  practise: "Practise this interview",
  practiseWhich: (interview, company) => `Practise this interview: ${interview}, ${company}`,
  calendarFile: ".ics",
  calendarFileOf: (interview, company) => `.ics file: ${interview}, ${company}`,
  task: "Task",
  done: "Done",
  doneWhich: (title) => `Done: ${title}`,
  taskDone: (title) => `Done: ${title}.`,

  attention: "Needs attention",
  nothingWaits: "Nothing needs you just now.",
  showAll: (count) => `Show all ${count}`,
  quiet: (status, count) => `${status}, quiet for ${days(count)}`,
  held: (interview, day) => `${interview}, ${day}. How did it go?`,
  overdue: (distance) => `Was due ${distance}`,
  offered: (count) => `An offer, for ${days(count)} now`,
  settle: (action, what) => `${action}: ${what}`,

  followUp: "Follow up",
  followedUp: "I did so today",
  remindTomorrow: "Remind me tomorrow",
  remindInDays: "Remind me in 3 days",
  remindNextWeek: "Remind me in a week",
  followUpTask: (company) => `Follow up with ${company}`,
  followUpNote: "Followed up.",
  noted: "Noted.",
  reminded: (day) => `A task for ${day} was made.`,
  noAnswer: "No answer",
  noAnswerNote: "No answer",
  nowClosed: (company) => `${company} is rejected now, with “no answer” beside it.`,

  passed: "Passed",
  failed: "Not passed",
  cancelled: "Did not happen",
  outcomeKept: (outcome) => `Outcome: ${outcome.toLowerCase()}.`,
  outcomeRejected: (company) => `Outcome: not passed. ${company} is rejected now.`,

  tomorrow: "Tomorrow",
  movedToTomorrow: "Moved to tomorrow.",

  answerOffer: "Answer",
  accepted: "I accepted",
  declined: "I declined",
  acceptedNote: "Accepted the offer.",
  declinedNote: "Declined the offer.",
  answerTask: (company) => `Answer the offer of ${company}`,
  offerAccepted: "Noted, and put into the archive. Well done.",
  offerDeclined: (company) => `${company} is withdrawn now.`,

  week: "This week",
  applied: "applied",
  interviews: (count) => (count === 1 ? "interview" : "interviews"),
  practised: (count) => (count === 1 ? "practice session" : "practice sessions"),

  lastPractice: "Last practice",
  noPractice: "No practice yet.",
  choosePractice: "Choose what to practise",
  goBackIn: "Go back in",
  underWay: "Under way",
  readReport: "Read the report",
  reportPending: "The report is being made.",
  reportThin: "Too little was said for a report.",
  shown: (shown, judged) => `${shown} of ${judged} criteria shown`,

  welcome: (name) => (name ? `Welcome, ${name}` : "Welcome"),
  emptyIntro: "Nothing is here yet. Three ways to begin:",
  doors: {
    add: { title: "Add a position", text: "Paste a link or a posting, or write it yourself.", button: "Add a position" },
    import: { title: "Bring your spreadsheet", text: "Drop a CSV or Excel file, and see what becomes of it first.", button: "Import a file" },
    practice: { title: "Practise for two minutes", text: "Three short questions, spoken or in writing.", button: "Try it" },
  },
};

/* ---- Quick add and search ---- */
export const addWords = {
  paste: "A link, or the posting’s text",
  pasteHint: "Copy the posting’s page and paste it here. Nothing is added before you have looked at it.",
  read: "Read it",
  byHand: "Fill it in myself",
  bookmarklet: "Add from any page with one click:",
  bookmarkletPlace: "get the bookmark in Settings",
  reading: "Reading…",
  couldNotBeRead: "What the bookmark sent could not be read. Paste the link or the text instead.",
  readFrom: {
    json_ld: "This is what the page says about the job. Check it, then add it.",
    microdata: "This is what the page says about the job. Check it, then add it.",
    page: "This was taken from the page’s text. Check it, then add it.",
    text: "This was taken from the text. Check it, then add it.",
    url: "A link alone says little, because pages are not opened for you. Fill in the rest, or go back and paste the text.",
  },
  keptFromBefore: "You had begun this earlier.",
  startAgain: "Start again",
  title: "Title",
  company: "Company",
  status: "Status",
  date: "Applied on",
  details: "More about it",
  location: "Place",
  salary: "Salary",
  jobUrl: "Link",
  source: "Source",
  tags: "Tags",
  tagsHint: "With commas between them",
  description: "Description",
  submit: "Add position",
  submitAnyway: "Add it anyway",
  sameJob: "You have this one already:",
  sameCompany: (company) => `You also have at ${company}:`,
  lookFirst: "This looks like one that you have. Look at it above, or add it anyway.",
  added: (title, company) => `Added: ${title} at ${company}.`,
  addedTwice: (title, company) => `Added: ${title} at ${company}. It looks like one that you had already.`,
};
export const searchWords = {
  results: "Positions found",
  none: "You have not applied there.",
  noneButTexts: (count) => `You have not applied there. ${count === 1 ? "One description mentions it." : `${count} descriptions mention it.`}`,
  savedOnly: "Saved, but you have not applied there.",
  applied: (count) => (count === 1 ? "Yes, you applied once." : `Yes, you applied ${count} times.`),
  many: (count) => `Yes, you applied ${count} times or more.`,
  inList: (text) => `Search the list for “${text}”`,
  addIt: (text) => `Add a position at “${text}”`,
  looking: "Looking…",
};

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
export const welcomeWords = {
  title: "Your job search in one place, with practice for its interviews",
  text:
    "Keep track of every application, interview and task. When an interview comes up, practise it first: somebody asks, " +
    "listens and follows up, and you speak or write.",
  points: [
    "Bring your spreadsheet: CSV and Excel files, with their own columns.",
    "See what is coming up, what has gone quiet, and where replies come from.",
    "It is all yours: take everything with you, or erase it, at any time.",
  ],
  demo: "Try the two-minute demo without an account",
  email: "Email",
  password: "Password",
  firstName: "First name",
  passwordHint: "At least 8 characters",
  signIn: { title: "Sign in", submit: "Sign in", question: "New here?", change: "Create an account" },
  register: {
    title: "Create an account",
    submit: "Create account",
    question: "Already have an account?",
    change: "Sign in instead",
  },
};
