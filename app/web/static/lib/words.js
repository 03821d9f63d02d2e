/** The names of things by the API, and lengths of time as people say them. */
import { interviewTypes, phaseTypes, sessionEnds, sessionStates, sharedWords, transcriptWords } from "../words/index.js";

/** Return the name of a phase's type. */
export const phaseName = (type) => phaseTypes[type] ?? sharedWords.phase;

/** Return the name of a tracked interview's type. */
export const interviewName = (type) => sharedWords.interview(interviewTypes[type] ?? type);

/** Return the name of a session's state. */
export const stateName = (state) => sessionStates[state] ?? state;

/** Return who a speaker is to the candidate. */
export const speakerName = (speaker) => transcriptWords.speakers[speaker] ?? speaker;

/** Return what the interviewer understood a candidate's words to be, or nothing where they were an answer. */
export const wishName = (purpose) => transcriptWords.purposes[purpose] ?? "";

/** Return how a session came to its end. */
export const endName = (reason) => sessionEnds[reason] ?? sessionEnds.completed;

/** Return minutes as people say them: "30 s", "1½ min", "9 min". */
export function minutesText(minutes) {
  if (minutes < 1) return sharedWords.seconds(Math.max(1, Math.round(minutes * 60)));
  const halves = Math.round(minutes * 2);
  return sharedWords.minutes(`${Math.floor(halves / 2)}${halves % 2 ? "½" : ""}`);
}

/** Return whole seconds as "m:ss". */
export function clockText(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Return seconds as people guess them: "about 2 minutes", "a few seconds". It takes few steps to get to nothing. */
export function roughTime(seconds) {
  if (seconds >= 90) return sharedWords.aboutMinutes(Math.round(seconds / 60));
  if (seconds >= 45) return sharedWords.aboutOneMinute;
  return seconds >= 15 ? sharedWords.aboutHalfAMinute : sharedWords.aFewSeconds;
}
