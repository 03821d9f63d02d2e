/**
 * One voice call: a peer connection with the microphone going out and the interviewer coming in.
 *
 * The offer goes out at once, and each way to this browser (ICE candidate) follows when it is found.
 */
import { ApiError, call } from "../lib/api.js";
import { voiceWords } from "../words/index.js";

const OFFER = "/api/offer";
const PATIENCE_MS = 10_000;
const GATHER_MS = 50;

export class Call {
  #peer = null;
  #id = null;
  #found = [];
  #timer = null;

  /**
   * @param {object} options
   * @param {string} options.roomId
   * @param {string | null} options.token the room's token
   * @param {MediaStream} options.microphone
   * @param {number | null} options.patience seconds of silence before the interviewer replies
   * @param {(stream: MediaStream) => void} options.onSound the interviewer's voice
   * @param {(state: RTCPeerConnectionState) => void} options.onState
   * @param {() => void} options.onGettingReady told when the server has just started, and will take a few seconds to answer
   */
  constructor({ roomId, token, microphone, patience, onSound, onState, onGettingReady }) {
    this.roomId = roomId;
    this.token = token;
    this.microphone = microphone;
    this.patience = patience;
    this.onSound = onSound;
    this.onState = onState;
    this.onGettingReady = onGettingReady;
  }

  /** Call; resolves when both can hear each other. Rejects with an ApiError or with an Error when it takes too long. */
  async open() {
    const peer = new RTCPeerConnection({ iceServers: await this.#iceServers() });
    this.#peer = peer;
    for (const track of this.microphone.getAudioTracks()) {
      peer.addTransceiver(track, { direction: "sendrecv", streams: [this.microphone] });
    }
    peer.ontrack = ({ track, streams }) => this.onSound(streams[0] ?? new MediaStream([track]));
    peer.onicecandidate = ({ candidate }) => candidate?.candidate && this.#offerCandidate(candidate);
    const connected = whenConnected(peer, this.onState);
    // When the offer itself is refused, nobody is left to hear of this one.
    connected.catch(() => {});
    await peer.setLocalDescription(await peer.createOffer());
    const { sdp, type } = peer.localDescription;
    const body = { room_id: this.roomId, sdp, type, ...(this.patience && { patience_seconds: this.patience }) };
    const answer = await call("POST", OFFER, { token: this.token, body });
    this.#id = answer.pc_id;
    await peer.setRemoteDescription({ sdp: answer.sdp, type: answer.type });
    this.#sendCandidatesSoon();
    await connected;
  }

  /** Speak through another microphone; the call goes on. */
  async replaceMicrophone(microphone) {
    this.microphone = microphone;
    const [track] = microphone.getAudioTracks();
    for (const sender of this.#peer?.getSenders() ?? []) await sender.replaceTrack(track);
  }

  /** Hang up. */
  close() {
    clearTimeout(this.#timer);
    if (!this.#peer) return;
    this.#peer.onconnectionstatechange = null;
    this.#peer.close();
  }

  async #iceServers() {
    const path = `/api/interview/${encodeURIComponent(this.roomId)}/ice-servers`;
    try {
      const answer = await call("GET", path, { token: this.token });
      if (answer.interviewer_is_getting_ready) this.onGettingReady();
      return answer.ice_servers ?? answer.iceServers ?? [];
    } catch (error) {
      // A server without such servers of its own may not know the path at all.
      if (error instanceof ApiError) return [];
      throw error;
    }
  }

  #offerCandidate({ candidate, sdpMid, sdpMLineIndex }) {
    this.#found.push({ candidate, sdpMid, sdpMLineIndex });
    if (this.#id) this.#sendCandidatesSoon();
  }

  // They come in bursts: one request for each burst.
  #sendCandidatesSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const candidates = this.#found.splice(0);
      if (candidates.length === 0) return;
      const body = { room_id: this.roomId, pc_id: this.#id, candidates };
      // One lost way is no lost call: the connection's state tells whether another was found.
      call("PATCH", OFFER, { token: this.token, body }).catch(() => {});
    }, GATHER_MS);
  }
}

/** @returns {Promise<void>} */
function whenConnected(peer, onState) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(voiceWords.notConnected));
    const timer = setTimeout(late, PATIENCE_MS);
    peer.onconnectionstatechange = () => {
      const state = peer.connectionState;
      if (state === "connected") {
        clearTimeout(timer);
        resolve();
      } else if (state === "failed") {
        clearTimeout(timer);
        late();
      }
      onState(state);
    };
  });
}
