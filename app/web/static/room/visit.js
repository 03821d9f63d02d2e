/** One tab's visit to a room: the right to be there, what happens there, and what the candidate does. */
import { call } from "../lib/api.js";
import { callAsUser } from "../lib/auth.js";
import { enterRoom, findPlan, recall, remember } from "../lib/room_access.js";
import { effect, signal } from "../lib/ui.js";
import { roomWords } from "../words/index.js";
import { Draft } from "./draft.js";
import { RoomEvents } from "./events.js";
import { closeMicrophone, openMicrophone } from "./microphone.js";
import { RoomState } from "./room_state.js";
import { errorAgainst, setServerTime } from "./server_clock.js";
import { Voice } from "./voice.js";

const TOLERATED_CLOCK_ERROR_MS = 2000;
const SETTLED_MS = 1000;
const INTERVIEWER_PATIENCE_MS = 5000;
const GONE = new Set([401, 403, 404]);

export class Visit {
  #sessionId = null;
  #token = null;
  #events = null;
  #path;

  constructor(roomId) {
    this.roomId = roomId;
    this.#path = `/api/interview/${encodeURIComponent(roomId)}`;
    this.room = new RoomState();
    this.draft = new Draft(roomId);
    this.voice = null;
    /** `entering`, `in`, or `refused`; then `refusal` is the error. */
    this.stage = signal("entering");
    this.refusal = signal(null);
    this.plan = signal(null);
    this.joined = signal(recall(roomId).joined === true);
    /** `connecting`, `live` or `lost`: the event stream. */
    this.connection = signal("connecting");
    /** Whether what is told now is new: screen readers need not hear the past again after a reload. */
    this.settled = signal(false);
    /** Why the last act failed. */
    this.problem = signal("");
  }

  /** The title of the plan, if it is for these eyes. */
  get title() {
    return this.plan.value?.title ?? roomWords.untitled;
  }

  /** The id of the session that the room runs, null before it is known. */
  get sessionId() {
    return this.#sessionId;
  }

  /** Whether the candidate has chosen to speak, whatever has become of the call. */
  get speaks() {
    return recall(this.roomId).voice === true;
  }

  /** Enter the room, and show what goes on in it. */
  async begin() {
    try {
      const { status, token } = await enterRoom(this.roomId);
      this.#token = token;
      this.#sessionId = status.interview_context.session_id;
      this.#takeIn(status);
      this.room.total.value = status.interview_context.total_planner_fields;
      this.plan.value = await findPlan(status.interview_context);
      if (this.plan.value) document.title = roomWords.pageTitle(this.plan.value.title);
      this.voice = new Voice({ roomId: this.roomId, token });
      this.stage.value = "in";
      if (status.timer_status.is_completed && !token && (await this.#readOwnTranscript())) return;
      this.#follow();
      if (this.joined.value && this.speaks && !status.timer_status.is_completed) await this.#callAgain();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Take part from here on, with a microphone or without, and start the timer; `patience` is in seconds. */
  async join(microphone, patience = null) {
    this.joined.value = true;
    this.settled.value = true;
    remember(this.roomId, { joined: true, voice: microphone !== null });
    if (microphone) {
      await this.voice.connect(microphone, patience);
      await this.#interviewerStarts();
    }
    if (this.room.timer.value !== "running") await this.startTimer();
  }

  /** Turn the microphone on in the middle of the interview. */
  async turnVoiceOn() {
    try {
      const microphone = await openMicrophone();
      if (this.#isTooLateFor(microphone)) return;
      this.joined.value = true;
      remember(this.roomId, { joined: true, voice: true });
      await this.voice.connect(microphone);
    } catch (error) {
      this.voice.problem.value = error.message;
    }
  }

  /** Speak through a microphone again when the one of the call has fallen away. */
  async replaceMicrophone() {
    try {
      const microphone = await openMicrophone();
      if (!this.#isTooLateFor(microphone)) await this.voice.replaceMicrophone(microphone);
    } catch (error) {
      this.voice.problem.value = error.message;
    }
  }

  /** Turn it off again. */
  turnVoiceOff() {
    remember(this.roomId, { voice: false });
    this.voice.disconnect();
  }

  startTimer = () => this.#act("timer/start");
  pauseTimer = () => this.#act("timer/pause");
  goToNextPhase = () => this.#act("timer/next");
  end = () => this.#act("end");

  /** Take in what stands in the answer box. */
  writeDraft(text) {
    this.draft.write(text, this.room.sequence.value);
  }

  /** Send the draft as an answer of the phase in which it was begun. What is not taken stays a draft. */
  async sendDraft() {
    const { draft, room } = this;
    if (draft.isBlank.value || draft.isBeingSent.value) return;
    const sent = draft.text.value;
    // A reset may have taken the interview back behind that phase.
    const phase = Math.min(draft.phase.value ?? room.sequence.value, room.sequence.value);
    draft.isBeingSent.value = true;
    if (await this.#trying(() => this.#post("answer", { text: withoutBlankEnds(sent), phase_sequence: phase }))) {
      draft.dropSent(sent, room.sequence.value);
      this.#events?.readOn();
    }
    draft.isBeingSent.value = false;
  }

  /**
   * Resolves when the timer has been started, or is not about to be.
   *
   * An interviewer with a voice starts it as soon as it has come into the call, and says the first words. Whoever
   * starts it in the moment before has those words put in writing.
   */
  async #interviewerStarts() {
    const { voice, room } = this;
    let stop;
    /** @type {Promise<void>} */
    const started = new Promise((resolve) => {
      setTimeout(resolve, INTERVIEWER_PATIENCE_MS);
      stop = effect(() => {
        if (room.timer.value !== "ready" || ["off", "reconnecting"].includes(voice.state.value)) resolve();
      });
    });
    await started;
    stop();
  }

  #act(act) {
    return this.#trying(async () => {
      const { timer_status } = await this.#post(act);
      // The event says the same, but it may have to wait for a connection.
      if (!timer_status.is_completed) this.room.applyTimer(timer_status);
    });
  }

  async #trying(work) {
    this.problem.value = "";
    try {
      await work();
      return true;
    } catch (error) {
      this.problem.value = error.message;
      return false;
    }
  }

  #post(act, body) {
    return call("POST", `${this.#path}/${act}`, { token: this.#token, body });
  }

  #follow() {
    this.#events = new RoomEvents({
      path: `${this.#path}/events`,
      token: this.#token,
      onEvent: (type, data) => this.#happened(type, data),
      onConnection: (state) => (this.connection.value = state),
      mayComeBack: () => this.#lookAgain(),
    });
    this.#events.open();
  }

  #happened(type, data) {
    if (type === "heartbeat") {
      // This machine's clock was set, or it slept: ask the database, whose time the deadlines are in.
      if (errorAgainst(data.timestamp) > TOLERATED_CLOCK_ERROR_MS) this.#lookAgain();
      return;
    }
    if (type === "connected") {
      if (data.session_id !== this.#sessionId) {
        // Somebody began another session in this room: nothing on this page is of it.
        window.location.reload();
        return;
      }
      setTimeout(() => (this.settled.value = true), SETTLED_MS);
    }
    this.room.apply(type, data);
    if (type === "bot_connected") this.voice.interviewerCame(data.timestamp);
    if (type === "interview_completed") {
      this.problem.value = "";
      this.voice.disconnect();
    }
  }

  /** Ask how the room stands; tells whether there is reason to go on listening. */
  async #lookAgain() {
    try {
      this.#takeIn(await call("GET", `${this.#path}/timer/status`, { token: this.#token }));
      return true;
    } catch (error) {
      if (!GONE.has(error.status)) return true;
      this.#refuse(error);
      return false;
    }
  }

  #takeIn(status) {
    setServerTime(status.timestamp);
    this.room.applyTimer(status.timer_status);
    this.room.interviewerPresent.value = status.bot_status === "connected";
  }

  /** Show a session that is over to its owner in a tab that has no token of the room. */
  async #readOwnTranscript() {
    try {
      const { entries } = await callAsUser("GET", `/api/v1/sessions/${this.#sessionId}/transcript`);
      this.room.entries.value = entries;
      this.connection.value = "live";
      return true;
    } catch (error) {
      if (error.status !== 404 && error.status !== 403) throw error;
      return false;
    }
  }

  async #callAgain() {
    try {
      const microphone = await openMicrophone();
      if (!this.#isTooLateFor(microphone)) await this.voice.connect(microphone);
    } catch (error) {
      this.voice.problem.value = error.message;
    }
  }

  /** Whether the interview ended while the browser was asked for the microphone; then that is let go of again. */
  #isTooLateFor(microphone) {
    const isOver = this.room.timer.value === "completed";
    if (isOver) closeMicrophone(microphone);
    return isOver;
  }

  #refuse(error) {
    this.#events?.close();
    this.voice?.disconnect();
    this.refusal.value = error;
    this.stage.value = "refused";
  }
}


/** Take away blank lines before a text and what is blank after it; the first line of code keeps its indentation. */
function withoutBlankEnds(text) {
  const lines = text.trimEnd().split("\n");
  return lines.slice(lines.findIndex((line) => line.trim() !== "")).join("\n");
}
