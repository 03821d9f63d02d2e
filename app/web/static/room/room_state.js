/**
 * What a room looks like now: its log, folded.
 *
 * `connected` brings a snapshot, so that something true stands there at once. The events after it may begin with what
 * the snapshot already knows (the whole log, after a reload): they lead to the same state again, and bring along what
 * no snapshot has: what was said, and the problems that were put.
 */
import { batch, computed, signal } from "../lib/ui.js";
import { clockText, roughTime } from "../lib/words.js";
import { serverNow, serverTime, setServerTime, tick } from "./server_clock.js";

const ENDING_PERCENT = 80;
// So long after the end an answer can still be sent that was being written then.
const LATE_ANSWER_MS = 120_000;
// An interim text that nothing has followed for so long stands alone: what takes it back may be lost.
const INTERIM_MS = 20_000;

export class RoomState {
  #interimTimer = null;

  constructor() {
    /** `ready`, `running`, `paused` or `completed`. */
    this.timer = signal("ready");
    /** The current phase, from 1, and how many there are. */
    this.sequence = signal(1);
    this.total = signal(1);
    /** `{type, text, minutes}` of the current phase. */
    this.question = signal(null);
    /** Whether the current phase has been announced to end soon. */
    this.ending = signal(false);
    /** Entries of the transcript, and `{id, text, sequence}` of each problem. */
    this.entries = signal([]);
    this.problems = signal([]);
    /** `{text, startedAt}` of what the candidate is saying at this moment, or null. */
    this.interim = signal(null);
    /** Whether an interviewer with a voice is here. */
    this.interviewerPresent = signal(false);
    /** `ears`, `mind` or `voice`: which of the interviewer's services a simpler one has replaced in this call. */
    this.replaced = signal([]);
    /** `{reason, minutes, endedAt}` once it is over, the end in milliseconds of the server's time. */
    this.completion = signal(null);
    /** How many times a report of it has been announced. */
    this.reports = signal(0);

    // In milliseconds: a point in the server's time while running, a rest while not.
    this.deadline = signal(null);
    this.frozen = signal(0);

    /** What is left of the phase, in seconds; as text it changes once a second, not at every tick. */
    this.remainingSeconds = computed(() => this.#remaining() / 1000);
    this.remainingText = computed(() => clockText(this.remainingSeconds.value));
    /** What is left of the time to send an answer after the end, in seconds; 0 before the end. */
    this.lateSeconds = computed(() => this.#lateRest() / 1000);
    this.lateText = computed(() => clockText(this.lateSeconds.value));
    this.takesLateAnswers = computed(() => this.lateSeconds.value > 0);
    this.isCoding = computed(() => this.question.value?.type === "coding");
    this.isLastPhase = computed(() => this.sequence.value >= this.total.value);
    this.remainingRoughly = computed(() => roughTime(this.remainingSeconds.value));
    this.elapsedPercent = computed(() => {
      const whole = (this.question.value?.minutes ?? 0) * 60;
      return whole ? Math.round(100 * (1 - this.remainingSeconds.value / whole)) : 0;
    });
  }

  /** Take in one event of the stream. */
  apply(type, data) {
    const change = CHANGES[type];
    if (change) batch(() => change(this, data));
  }

  /** Take in the timer's figures as `timer/status` and the answers to acts have them. */
  applyTimer(status) {
    batch(() => {
      const rest = status.remaining_time_seconds * 1000;
      if (status.is_completed) this.timer.value = "completed";
      else if (status.is_running) this.#run(serverTime() + rest);
      else this.#freeze(status.is_paused ? "paused" : "ready", rest);
      this.sequence.value = status.current_sequence;
      this.ending.value = status.progress_percentage >= ENDING_PERCENT;
    });
  }

  beginPhase(sequence, data) {
    this.sequence.value = sequence;
    this.ending.value = false;
    this.question.value = { type: data.question_type, text: data.question, minutes: data.duration_minutes };
    this.#run(Date.parse(data.phase_deadline));
  }

  moveTimer(state, data) {
    this.sequence.value = data.sequence;
    if (data.phase_deadline) this.#run(Date.parse(data.phase_deadline));
    else this.#freeze(state, data.remaining_time_seconds * 1000);
    if (state === "ready") this.ending.value = false;
  }

  showInterim(data) {
    // A text may cross with a pause.
    if (data.text && this.timer.value !== "running") return;
    clearTimeout(this.#interimTimer);
    this.interim.value = data.text ? { text: data.text, startedAt: Date.parse(data.started_at) } : null;
    if (data.text) this.#interimTimer = setTimeout(() => this.endInterim(), INTERIM_MS);
  }

  /** Take away the interim text of words that began up to a moment, or whichever there is. */
  endInterim(startedUpTo = Infinity) {
    if (this.interim.value?.startedAt <= startedUpTo) this.interim.value = null;
  }

  #run(deadline) {
    // What is left now, not at the last tick: a timer that starts must not show more than the phase has.
    tick();
    this.timer.value = "running";
    this.deadline.value = deadline;
  }

  #freeze(state, rest) {
    this.timer.value = state;
    this.deadline.value = null;
    this.frozen.value = rest;
  }

  #lateRest() {
    if (!this.completion.value) return 0;
    return Math.max(0, this.completion.value.endedAt + LATE_ANSWER_MS - serverNow.value);
  }

  #remaining() {
    if (this.timer.value === "completed") return 0;
    if (this.deadline.value === null) return this.frozen.value;
    const whole = (this.question.value?.minutes ?? Infinity) * 60_000;
    return Math.min(whole, Math.max(0, this.deadline.value - serverNow.value));
  }
}

const CHANGES = {
  connected(room, data) {
    setServerTime(data.timestamp);
    room.endInterim();
    const field = data.current_planner;
    room.total.value = data.total_planner_fields;
    room.question.value = { type: field.question_type, text: field.question, minutes: field.duration };
    room.applyTimer(data.timer_status);
  },
  phase_started: (room, data) => room.beginPhase(data.sequence, data),
  phase_changed: (room, data) => room.beginPhase(data.new_sequence, data),
  phase_ending(room, data) {
    if (data.sequence === room.sequence.value) room.ending.value = true;
  },
  timer_paused(room, data) {
    room.moveTimer("paused", data);
    room.endInterim();
  },
  timer_resumed: (room, data) => room.moveTimer("running", data),
  timer_reset(room, data) {
    room.moveTimer("ready", data);
    room.endInterim();
  },
  interview_completed(room, data) {
    room.timer.value = "completed";
    room.endInterim();
    room.completion.value = {
      reason: data.reason,
      minutes: data.session_duration_minutes,
      endedAt: Date.parse(data.timestamp),
    };
  },
  report_ready(room) {
    room.reports.value += 1;
  },
  transcript(room, data) {
    room.entries.value = [...room.entries.value, data];
    if (data.speaker === "candidate" && data.source === "voice") room.endInterim(Date.parse(data.started_at));
  },
  transcript_interim: (room, data) => room.showInterim(data),
  problem_injected(room, data) {
    const problem = { id: data.problem_id, text: data.problem_text, sequence: room.sequence.value };
    room.problems.value = [...room.problems.value, problem];
  },
  error(room, data) {
    if (data.is_replaced) room.replaced.value = [...room.replaced.value, data.service];
  },
  bot_connected(room) {
    room.interviewerPresent.value = true;
    room.replaced.value = [];
    room.endInterim();
  },
  bot_disconnected(room) {
    room.interviewerPresent.value = false;
    room.endInterim();
  },
};
