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
export const practiceWords = {
  title: "What would you like to practise?",
  newPlan: "Write a plan",
  upcoming: "Practise for a real interview",
  own: "Your own interviews",
  ready: "Ready-made interviews",
  start: "Start",
  startOf: (title) => `Start ${title}`,
  choose: "Choose…",
  chooseOf: (title) => `Choose a length or a question of ${title}`,
  moreOf: (title) => `More for ${title}`,
  practise: "Practise this interview",
  practiseOf: (title, company) => `Practise this interview: ${title} at ${company}`,
  copy: "Copy and change",
  remove: "Delete",
  removed: (title) => `“${title}” is deleted.`,
  questions: "Questions",
  allQuestions: (count) => (count === 1 ? "The one question" : `All ${count} questions`),
  length: "Length",
  asPlanned: (length) => `${length}, as planned`,
  questionAndMinutes: (sequence, length) => `question ${sequence}, ${length}`,
  // How the API begins the title of a plan for a question that is answered again.
  again: "Again: ",

  sessions: "Your sessions",
  noSessions: "Nothing yet. Your first session will be listed here.",
  showMore: "Show more",
  report: "Report",
  transcript: "Transcript",
  readingOf: (reading, title) => `${reading} of ${title}`,
  goBack: "Go back in",
  goBackTo: (title) => `Go back to ${title}`,
  erase: "Delete",
  eraseOf: (title) => `Delete ${title}`,
  eraseTitle: "Delete this session?",
  eraseText: (title) => `“${title}” and everything that was said in it will be erased. This cannot be undone.`,
  erased: (title) => `“${title}” is erased.`,
  keepIt: "Keep it",
  score: (score) => `${score} of 100`,
  byModel: "by the model",
  byYou: "by you",
};

/* ---- Plan editor ---- */
export const planWords = {
  newTitle: "New plan",
  title: "Plan",
  copyOf: (title) => `Copy of ${title}`,
  wayBack: "Back to practice",
  name: "Title",
  description: "Description",
  language: "Language",
  languageHint: "Two letters, such as en or de",
  total: (questions, length) => `${questions === 1 ? "1 question" : `${questions} questions`}, ${length} in all`,
  question: (number) => `Question ${number}`,
  type: "Type",
  minutes: "Minutes",
  asks: "What the interviewer asks",
  followUps: "Follow-ups",
  followUpsHint: "The most important first. The interviewer asks those that your answer calls for.",
  followUp: (number) => `Follow-up ${number}`,
  when: (number) => `When to ask follow-up ${number}`,
  whens: {
    always: "Always",
    vague: "If the answer is vague",
    short: "If the answer is short",
    no_result: "If it names no result",
    no_own_part: "If it leaves out your part",
    no_numbers: "If it has no figures",
  },
  rubric: "What a good answer shows",
  rubricHint: "The report holds your answer against these.",
  criterion: (number) => `Criterion ${number}`,
  hints: "Hints",
  hintsHint: "Given one by one when you ask for one.",
  hint: (number) => `Hint ${number}`,
  help: "Other words, hints and instructions",
  paraphrase: "The question in other words",
  instructions: "What the interviewer is to do",
  instructionsHint: "Without a question it asks by these.",
  addTo: { followUps: "Add a follow-up", rubric: "Add a criterion", hints: "Add a hint" },
  removeOf: (what) => `Remove ${what.toLowerCase()}`,
  up: "Move up",
  down: "Move down",
  upOf: (number) => `Move question ${number} up`,
  downOf: (number) => `Move question ${number} down`,
  duplicate: "Copy",
  duplicateOf: (number) => `Copy question ${number}`,
  removeQuestion: (number) => `Remove question ${number}`,
  moved: (number) => `This is question ${number} now.`,
  removed: (number) => `Question ${number} is removed.`,
  addQuestion: "Add a question",
  save: "Save the plan",
  saved: (title) => `“${title}” is saved.`,
  unsaved: "You have changes here that are not saved.",
  discard: "Throw them away",
  discarded: "Your changes are thrown away.",
  unknown: "This plan does not exist, or it is not yours.",
};

/* ---- Room ---- */
export const roomWords = {
  keys: "Enter sends, Shift+Enter begins a new line",
  codeKeys: "Ctrl+Enter sends. Tab indents; to leave the box with it, press Escape first.",
  begunEarlier: "You began this in an earlier phase. It is sent as an answer to that question.",
  pausedReply: "Paused. The interviewer replies when you resume.",
  toPractice: "Back to practice",
  toStart: "Back to the start",
  showAll: "Show all",
  showLess: "Show less",
  microphoneGone: "Your microphone is gone. The interviewer does not hear you.",
  microphoneSilent: "Your microphone gives no sound. A switch or another program may have turned it off.",
  useMicrophone: "Use a microphone again",
};

/* ---- Reports ---- */
export const reportWords = {
  wayBack: "Back to practice",
  notFound: "No such session",
  unknown: "This session does not exist, or it is not yours.",
  goBack: "Go back in",
  saveTranscript: "Save the transcript",
  nothingSaid: "Nothing was said in this session.",
  position: "The position",
  again: "Practise again",
};

/* ---- Settings ---- */
export const settingsWords = {};

/* ---- Welcome ---- */
export const welcomeWords = {};
