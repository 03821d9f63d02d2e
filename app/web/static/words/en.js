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
export const calendarWords = {
  title: "Calendar",
  subscribe: "Subscribe",
  add: "Add to this day",
  today: "Today",
  before: { month: "Previous month", week: "Previous week", agenda: "Four weeks back" },
  behind: { month: "Next month", week: "Next week", agenda: "Four weeks on" },
  kinds: "Show as",
  kindNames: { month: "Month", week: "Week", agenda: "Agenda" },
  keyFor: (key) => `Key: ${key}`,
  grid: "Days of the month",
  dayWith: (day, count) => (count === 0 ? day : `${day}, ${count === 1 ? "1 entry" : `${count} entries`}`),
  moreEntries: (count) => `${count} more`,
  nothingOnDay: "Nothing on this day.",
  nothingTitle: "Nothing is planned in these four weeks",
  nothingText: "Interviews and tasks with a date appear here by themselves.",
  truncated: "There is more than fits here. Choose a shorter time.",
  zone: (zone) => `Times are in your browser’s time zone, ${zone}.`,
  practice: "Practice",
  done: "Done",
  markDone: (title) => `Done: ${title}`,
  finished: (title) => `Done: ${title}.`,
  minutes: (minutes) => `${minutes} min`,
  interviewPlaces: { video: "Video", phone: "Phone", onsite: "On site" },
  addOn: (day) => `Add to ${day}`,
  addKinds: "What to add",
  addKindNames: { interview: "Interview", task: "Task" },
  addTitles: { interview: "Add an interview", task: "Add a task" },
  addInterview: "Add interview",
  addTask: "Add task",
  addedInterview: (when) => `Interview added: ${when}.`,
  addedTask: (title) => `Task added: ${title}.`,
  position: "Position",
  choosePosition: "Choose the position that the interview is for",
  chooseOne: "Choose…",
  noPositions: "You have no positions yet. Add one first.",
  find: "Find a position",
  when: "When",
  duration: "Minutes",
  type: "Kind",
  place: "Where",
  notes: "Notes",
  task: "Task",
  taskExample: "Send the portfolio",
  due: "Day",
  feed: {
    title: "Your interviews in your calendar",
    about:
      "Your calendar program can show your interviews by itself. It needs a secret address: whoever has it can read your interviews, so keep it to yourself.",
    make: "Make an address",
    since: "You have had an address since",
    shownOnce: "It was shown once. If you have lost it, make a new one.",
    replace: "Make a new address",
    end: "End the feed",
    ended: "The feed has ended. Its address no longer works.",
    questions: {
      replace: {
        title: "Make a new address?",
        text: "The old address stops working, and programs that use it show your interviews no longer.",
        yes: "Make a new address",
        no: "Keep the old one",
      },
      end: {
        title: "End the feed?",
        text: "Its address stops working at once. A new feed will have another one.",
        yes: "End the feed",
        no: "Keep it",
      },
    },
    once: "Copy the address now. It is shown only this once.",
    address: "Address of the feed",
    withTasks: "Show my tasks with a date, too",
    copy: "Copy",
    copied: "Address copied.",
    selected: "The address is selected. Copy it with your keyboard or your menu.",
    openHere: "Open in this device’s calendar",
    programs: [
      { name: "Google Calendar", how: "On a computer: beside “Other calendars” choose +, then “From URL”, and paste the address." },
      { name: "Apple Calendar", how: "On a Mac: File, “New Calendar Subscription…”. On an iPhone: Calendars, “Add Calendar”, “Add Subscription Calendar”." },
      { name: "Outlook", how: "In the calendar choose “Add calendar”, then “Subscribe from web”, and paste the address." },
    ],
    atHome: "This server’s address seems to be of your own network. Google and Outlook on the web cannot reach it there; a program on this device can.",
  },
};

/* ---- Statistics ---- */
const outOf = (some, all) => `${some} of ${all}`;
const plural = (count, one, many) => `${count} ${count === 1 ? one : many}`;

export const statisticsWords = {
  title: "Statistics",
  parts: { applications: "Applications", practice: "Practice" },
  filters: "Which applications count",
  from: "Applied from",
  to: "Applied until",
  company: "Company",
  status: "Status now",
  anyStatus: "Any",
  backwards: "This day comes after the last one",
  clear: "Clear the filters",
  nothingFits: "No application fits these filters",
  emptyTitle: "Figures come with your first application",
  emptyText: "Add what you have applied for, or bring your spreadsheet.",
  addPosition: "Add a position",
  importFile: "Import a file",
  figures: "Show the figures",
  saveCsv: "Save as CSV",
  saveCsvOf: (title) => `Save as CSV: ${title}`,
  overview: {
    applications: "Applications",
    companies: (count) => `to ${plural(count, "company", "companies")}`,
    replies: "Replies",
    repliesMean: "were answered or withdrawn",
    interviews: "Interviews",
    interviewsMean: "led to an interview",
    offers: "Offers",
    offersMean: "led to an offer",
  },
  when: {
    month: "Month",
    applications: "Applications",
    interviews: "Interviews",
    none: "No application in this time",
    allIn: (total, month) => (total === 1 ? `Your one application went out in ${month}` : `All ${total} applications went out in ${month}`),
    mostIn: (most, total, month) => `Most applications went out in ${month}: ${outOf(most, total)}`,
    atMost: (most, total) => `You have sent ${plural(total, "application", "applications")}, at most ${most} a month`,
  },
  funnel: {
    stage: "Stage",
    reached: "Reached it",
    ofBefore: "Of the stage before",
    title: (applied, interviewing, offer) =>
      `Of ${plural(applied, "application", "applications")}, ${interviewing} reached interviews and ${offer} an offer`,
    outOf,
  },
  stays: {
    stage: "Stage",
    days: "Half were through it in",
    daysText: (days) => `${days} d`,
    none: "It is too early to say how long stages take",
    title: (days, count) => `Half of the replies came within ${days} ${count === 1 ? "day" : "days"}`,
    response: (days) => `The first interview was ${days} days after applying, on average.`,
    decision: (days) => `A decision took ${days} days from the last interview.`,
  },
  sources: {
    source: "Source",
    unknown: "Not named",
    applications: "Applications",
    replies: "Replies",
    interviews: "Interviews",
    offers: "Offers",
    outOf,
    title: (replies, applications) => `${outOf(replies, applications)} applications got a reply`,
    bestTitle: (source, replies, applications) => `${source} was answered most often: ${outOf(replies, applications)}`,
  },
  practice: {
    sessions: "Sessions",
    minutes: "Minutes",
    answerWords: "Words in your answers",
    emptyTitle: "Figures come with your first practice",
    emptyText: "Two minutes are enough to begin with.",
    start: "Practise",
  },
  scores: {
    session: "Session",
    score: "Score",
    own: "Your own",
    none: "No session has a score yet",
    noneText: "A score needs three criteria with a verdict, the model’s or your own. You can give yours in the report of any session.",
    note: "From 0 to 100. 100 means that every criterion was shown.",
    one: (score) => `Your first score is ${score}`,
    same: (score, count) => `Your score is ${score}, as it was ${count} sessions ago`,
    went: (first, last, count) => `Your score went from ${first} to ${last} in ${count} sessions`,
  },
  questionTypes: {
    type: "Questions",
    judged: "Criteria judged",
    shown: "Shown",
    outOf,
    title: (type, shown, judged, count) =>
      count === 1 ? `${type} questions: you showed ${outOf(shown, judged)} criteria` : `${type} questions go best: you showed ${outOf(shown, judged)} criteria`,
  },
  criteria: {
    criterion: "Criterion",
    type: "Questions",
    shown: "Shown",
    verdicts: "Oldest to newest",
    verdictNames: { shown: "shown", partly: "partly", not_shown: "not shown" },
    outOf,
    title: (criterion, shown, judged) => `Work on this next: “${criterion}”, shown ${outOf(shown, judged)} times`,
    allShown: "You have shown every criterion each time",
    all: (count) => `Show all ${count}`,
    fewer: "Show fewer",
  },
  neverPractised: {
    title: (count) => (count === 1 ? "1 question of your plans waits for a first answer" : `${count} questions of your plans wait for a first answer`),
    more: (count) => `${count} more`,
  },
  calibration: {
    score: "Last score before",
    passed: "Interviews passed",
    rate: "Rate",
    outOf,
    band: (from, to) => `${from} to ${to}`,
    missing: (count) => `${plural(count, "interview", "interviews")} missing`,
    tooEarly: "It is too early to say whether practice foretells interviews",
    title: (band, passed, interviews) => `After scores of ${band}, you passed ${outOf(passed, interviews)} interviews`,
    note: "The next real interview after each practice of its position. There is no rate under 5 interviews.",
  },
};

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
