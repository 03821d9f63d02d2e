/**
 * The room's event stream.
 *
 * It begins at the log's beginning, also after a reload: a snapshot has neither what was said nor the problems that
 * were put, and a log is short. A connection that breaks is taken up again by the browser itself, after the last id.
 * What the browser gives up on (any answer but a stream) is tried again here.
 */
const OUTSIDE_THE_LOG = new Set(["connected", "heartbeat", "transcript_interim"]);
const TYPES = [
  "connected",
  "heartbeat",
  "phase_started",
  "phase_ending",
  "phase_changed",
  "interview_completed",
  "report_ready",
  "timer_paused",
  "timer_resumed",
  "timer_reset",
  "problem_injected",
  "transcript",
  "transcript_interim",
  "bot_connected",
  "bot_disconnected",
];
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

export class RoomEvents {
  #source = null;
  #lastId = 0;
  #wait = FIRST_WAIT_MS;
  #timer = null;
  #isOver = false;

  /**
   * @param {object} options
   * @param {string} options.path the stream's path
   * @param {string | null} options.token the room's token; EventSource sends no headers, so it goes into the query
   * @param {(type: string, data: object) => void} options.onEvent each event once, in order
   * @param {(state: "connecting" | "live" | "lost") => void} options.onConnection
   * @param {() => Promise<boolean>} options.mayComeBack asked before another try when the server refused the stream
   */
  constructor({ path, token, onEvent, onConnection, mayComeBack }) {
    this.path = path;
    this.token = token;
    this.onEvent = onEvent;
    this.onConnection = onConnection;
    this.mayComeBack = mayComeBack;
  }

  /** Connect, after the last event that was seen. */
  open() {
    const query = new URLSearchParams({ last_event_id: String(this.#lastId) });
    if (this.token) query.set("token", this.token);
    const source = new EventSource(`${this.path}?${query}`);
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
      this.onConnection("live");
    };
    source.onerror = (event) => this.#failed(event, source);
    for (const type of TYPES) source.addEventListener(type, (event) => this.#received(type, event));
  }

  /** Disconnect for good. */
  close() {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  /** Read what came into the log after the interview's end. */
  readOn() {
    if (!this.#isOver) return;
    this.close();
    this.open();
  }

  #received(type, event) {
    if (!OUTSIDE_THE_LOG.has(type)) {
      const id = Number(event.lastEventId);
      if (id <= this.#lastId) return;
      this.#lastId = id;
    }
    this.onEvent(type, JSON.parse(event.data));
    if (type === "interview_completed") this.#isOver = true;
  }

  #failed(event, source) {
    if (event.data !== undefined) {
      // An event of the server's own named "error". If it is of the stream, its end follows and says all that matters.
      if ("service" in JSON.parse(event.data)) this.#received("error", event);
      return;
    }
    if (this.#isOver) {
      // The log was read to its end; the browser would come back once more to be told so.
      source.close();
      return;
    }
    this.onConnection("lost");
    if (source.readyState === EventSource.CLOSED) this.#timer = setTimeout(() => this.#comeBack(), this.#wait);
  }

  async #comeBack() {
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS);
    if (await this.mayComeBack()) this.open();
  }
}
