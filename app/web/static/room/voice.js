/**
 * The voice side of a room: a call that is kept up while it is wanted, and what the page says of it.
 *
 * Whatever goes wrong here never stops the interview: it goes on in writing.
 */
import { ApiError, isPassing } from "../lib/api.js";
import { signal } from "../lib/ui.js";
import { voiceWords } from "../words/index.js";
import { Call } from "./call.js";
import { closeMicrophone } from "./microphone.js";
import { watchMicrophone } from "./microphone_watch.js";
import { serverTime } from "./server_clock.js";

const MAX_TRIES = 3;
const FIRST_WAIT_MS = 1000;
const DISCONNECTED_MS = 4000;
const STABLE_MS = 60_000;
const OWN_ARRIVAL_MS = 5000;
// A server that is about to end takes no new calls, and another one may need a while to start.
const RESTART_MS = 120_000;
const RESTART_RETRY_MS = 5000;

export class Voice {
  #call = null;
  #microphone = null;
  #stopWatching = () => {};
  #patience = null;
  #tries = 0;
  #timer = null;
  #waiting = false;
  // When a server said that it is about to end, by this page's clock; 0 if none has.
  #restartSince = 0;
  // When the call was last connected, in the server's time.
  #since = 0;
  #audio = new Audio();

  constructor({ roomId, token }) {
    this.roomId = roomId;
    this.token = token;
    /** `off`, `connecting`, `connected` or `reconnecting`. */
    this.state = signal("off");
    /** Whether the server has just started, and takes the call in a few seconds. */
    this.gettingReady = signal(false);
    /** Why there is no voice, as a sentence. */
    this.problem = signal("");
    this.muted = signal(false);
    /** Whether the microphone of the call is `heard`, `silent` or `gone`. */
    this.microphoneState = signal("heard");
    /** Whether the browser wants a click before it plays sound. */
    this.silenced = signal(false);
    window.addEventListener("pagehide", () => this.#call?.close());
  }

  /**
   * Call with this microphone; resolves, with or without a call, when it is known which.
   *
   * The room remembers how many seconds of silence its interviewer is to wait; null leaves that as it is.
   */
  async connect(microphone, patience = null) {
    this.#take(microphone);
    this.#patience = patience;
    this.#tries = 0;
    this.#restartSince = 0;
    this.problem.value = "";
    await this.#dial("connecting");
  }

  /** Go on with another microphone in the place of one that fell away. */
  async replaceMicrophone(microphone) {
    if (this.state.value === "off") {
      closeMicrophone(microphone);
      return;
    }
    this.problem.value = "";
    closeMicrophone(this.#microphone);
    this.#take(microphone);
    for (const track of microphone.getAudioTracks()) track.enabled = !this.muted.value;
    await this.#call?.replaceMicrophone(microphone);
  }

  /** Hang up and let go of the microphone. */
  disconnect(reason = "") {
    clearTimeout(this.#timer);
    this.#waiting = false;
    this.#call?.close();
    this.#call = null;
    this.#stopWatching();
    this.microphoneState.value = "heard";
    closeMicrophone(this.#microphone);
    this.#microphone = null;
    this.#audio.srcObject = null;
    this.muted.value = false;
    this.silenced.value = false;
    this.state.value = "off";
    this.problem.value = reason;
  }

  /** Have the microphone send silence, or speech again. */
  toggleMuted() {
    this.muted.value = !this.muted.value;
    for (const track of this.#microphone.getAudioTracks()) track.enabled = !this.muted.value;
  }

  /** Play what comes in; browsers may want a click for it. */
  async play() {
    try {
      await this.#audio.play();
      this.silenced.value = false;
    } catch (error) {
      this.silenced.value = error.name === "NotAllowedError";
    }
  }

  /**
   * Hear from the room's log that an interviewer came into a call, at this time of the server.
   *
   * The newest call takes the room over. If that was not ours, calling again would take it back, and so in turns.
   */
  interviewerCame(iso) {
    const isOurs = Date.parse(iso) < this.#since + OWN_ARRIVAL_MS;
    const mayBeReplaced = this.state.value === "connected" || this.#waiting;
    if (mayBeReplaced && !isOurs) this.disconnect(voiceWords.elsewhere);
  }

  #take(microphone) {
    this.#stopWatching();
    this.#microphone = microphone;
    this.microphoneState.value = "heard";
    this.#stopWatching = watchMicrophone(microphone, (state) => (this.microphoneState.value = state));
  }

  async #dial(state) {
    this.#waiting = false;
    this.state.value = state;
    this.#call?.close();
    const line = new Call({
      roomId: this.roomId,
      token: this.token,
      microphone: this.#microphone,
      patience: this.#patience,
      onSound: (stream) => {
        this.#audio.srcObject = stream;
        this.play();
      },
      onState: (peerState) => this.#call === line && this.#heard(peerState),
      onGettingReady: () => this.#call === line && (this.gettingReady.value = true),
    });
    this.#call = line;
    this.gettingReady.value = false;
    try {
      await line.open();
    } catch (error) {
      if (this.#call !== line) return;
      // A server that has just started may need longer still.
      const comes = error instanceof ApiError && error.details?.reason === "getting_ready";
      const refused = error instanceof ApiError && error.status !== 0 && !comes;
      if (this.#isRestarting(error)) this.#redialAfterRestart();
      else if (refused || (state === "connecting" && !comes)) this.disconnect(voiceWords.unavailable);
      else this.#redialSoon();
    }
  }

  #heard(peerState) {
    clearTimeout(this.#timer);
    if (peerState === "connected") {
      this.#since = serverTime();
      if (this.#restartSince) this.problem.value = "";
      this.#restartSince = 0;
      this.state.value = "connected";
    } else if (this.state.value === "connected") {
      if (serverTime() - this.#since > STABLE_MS) this.#tries = 0;
      // "disconnected" often mends itself within seconds.
      if (peerState === "disconnected") this.#timer = setTimeout(() => this.#redialSoon(), DISCONNECTED_MS);
      else if (peerState === "failed" || peerState === "closed") this.#redialSoon();
    }
  }

  #redialSoon() {
    if (this.#tries >= MAX_TRIES) {
      this.disconnect(voiceWords.broken);
      return;
    }
    this.state.value = "reconnecting";
    this.#waiting = true;
    this.#timer = setTimeout(() => this.#dial("reconnecting"), FIRST_WAIT_MS * 2 ** this.#tries);
    this.#tries += 1;
  }

  /** Whether a call failed because the server is being replaced: it says so itself, and is away for a moment then. */
  #isRestarting(error) {
    if (!(error instanceof ApiError) || !isPassing(error.status)) return false;
    if (error.details?.reason === "draining") this.#restartSince ||= Date.now();
    return this.#restartSince > 0 && Date.now() - this.#restartSince < RESTART_MS;
  }

  #redialAfterRestart() {
    this.problem.value = voiceWords.restarting;
    this.state.value = "reconnecting";
    this.#waiting = true;
    this.#timer = setTimeout(() => this.#dial("reconnecting"), RESTART_RETRY_MS);
  }
}
