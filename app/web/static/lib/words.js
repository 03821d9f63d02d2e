/** How the console says things. */

const PHASES = {
  introduction: "Introduction",
  behavioral: "Behavioral",
  technical: "Technical",
  coding: "Coding",
  system_design: "System design",
  hr: "HR",
  closing: "Closing",
};
const INTERVIEWS = { technical: "Technical", behavioral: "Behavioral", hr: "HR", final: "Final" };
const STATES = { ready: "Not started", running: "Under way", paused: "Paused", completed: "Finished" };
const SPEAKERS = { interviewer: "Interviewer", candidate: "You" };
// What the interviewer understood, where it was no answer. An entry's `purpose` is the key.
const WISHES = {
  repeat: "asked to repeat",
  rephrase: "asked to put it differently",
  hint: "asked for a hint",
  think: "asked for time to think",
  skip: "wanted to move on",
  time_left: "asked for the time left",
  stop: "wanted to stop",
  hear_me: "checked the connection",
  who_are_you: "asked who is speaking",
  dont_know: "did not know",
  company_question: "asked about the company",
  greeting: "said hello",
  thanks: "said thanks",
  yes: "agreed",
  no: "declined",
  abuse: "not taken as an answer",
  gibberish: "not understood",
  other_language: "in another language",
};
const ENDS = { completed: "It ran to its end", skipped: "You finished it", ended: "You ended it" };

/** Return the name of a phase's type. */
export const phaseName = (type) => PHASES[type] ?? "Phase";

/** Return the name of a tracked interview's type. */
export const interviewName = (type) => `${INTERVIEWS[type] ?? type} interview`;

/** Return the name of a session's state. */
export const stateName = (state) => STATES[state] ?? state;

/** Return who a speaker is to the candidate. */
export const speakerName = (speaker) => SPEAKERS[speaker] ?? speaker;

/** Return what the interviewer understood a candidate's words to be, or nothing where they were an answer. */
export const wishName = (purpose) => WISHES[purpose] ?? "";

/** Return how a session came to its end. */
export const endName = (reason) => ENDS[reason] ?? ENDS.completed;

/** Return minutes as people say them: "30 s", "1½ min", "9 min". */
export function minutesText(minutes) {
  if (minutes < 1) return `${Math.max(1, Math.round(minutes * 60))} s`;
  const halves = Math.round(minutes * 2);
  return `${Math.floor(halves / 2)}${halves % 2 ? "½" : ""} min`;
}

/** Return whole seconds as "m:ss". */
export function clockText(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Return seconds as people guess them: "about 2 minutes", "a few seconds". It takes few steps to get to nothing. */
export function roughTime(seconds) {
  if (seconds >= 90) return `about ${Math.round(seconds / 60)} minutes`;
  if (seconds >= 45) return "about a minute";
  return seconds >= 15 ? "about half a minute" : "a few seconds";
}
