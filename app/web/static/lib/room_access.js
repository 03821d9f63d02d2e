/**
 * By what right this tab is in a room.
 *
 * A room's token is good for that room alone, so it is what the tab keeps, and only until the tab is closed.
 */
import { call, isPassing } from "./api.js";
import { callAsUser, user } from "./auth.js";
import { randomText } from "./random.js";
import { ofTab } from "./storage.js";

const START = "/api/start-interview";
const IS_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @type {Map<string, string>} the ids of rooms whose opening got no answer, by whose and for which plan they are */
const unanswered = new Map();

/**
 * Open a new room for a plan (a template's slug or a saved mock interview's id) and return its page's address. Opened
 * again after an answer that got lost, it is the same room.
 */
export async function openRoom(planId, { asGuest = false } = {}) {
  const key = `${asGuest ? "guest" : user.value?.id} ${planId}`;
  const roomId = unanswered.get(key) ?? `practice-${randomText(12)}`;
  unanswered.set(key, roomId);
  const body = { room_id: roomId, mock_interview_id: planId };
  const room = await (asGuest ? call : callAsUser)("POST", START, { body }).catch((error) => {
    if (!isPassing(error.status)) unanswered.delete(key);
    throw error;
  });
  unanswered.delete(key);
  remember(roomId, { token: room.room_token });
  return roomAddress(roomId);
}

/** Return the address of a room's page. */
export const roomAddress = (roomId) => `/app/rooms/${encodeURIComponent(roomId)}`;

/**
 * Find a room and the right to be in it: by the token of this tab, else as the signed-in user, else as anybody.
 *
 * @returns {Promise<{status: any, token: string | null}>} the timer's status and the room's token
 */
export async function enterRoom(roomId) {
  const path = `/api/interview/${encodeURIComponent(roomId)}/timer/status`;
  const { token } = recall(roomId);
  if (token) {
    try {
      return { status: await call("GET", path, { token }), token };
    } catch (error) {
      // The token of an earlier session in this room.
      if (error.status !== 401 && error.status !== 404) throw error;
      forgetRoom(roomId);
    }
  }
  if (!user.value) return { status: await call("GET", path), token: null };
  const status = await callAsUser("GET", path);
  return { status, token: await ownToken(roomId, status) };
}

/**
 * Return a token for a room that was opened in another tab. Opening it again for the same plan gives the same session;
 * one that is over would be opened afresh, and a guest's room needs no token.
 */
async function ownToken(roomId, { timer_status, interview_context }) {
  if (timer_status.is_completed) return null;
  const body = { room_id: roomId, mock_interview_id: interview_context.mock_interview_id };
  try {
    const room = await callAsUser("POST", START, { body });
    if (room.session_id !== interview_context.session_id) return null;
    remember(roomId, { token: room.room_token });
    return room.room_token;
  } catch (error) {
    if (error.status === 409) return null;
    throw error;
  }
}

/** Return the plan that a room runs (`title`, `planner_fields`), or null if it is not for these eyes. */
export async function findPlan({ mock_interview_id: planId, session_id: sessionId }) {
  try {
    if (!IS_UUID.test(planId)) return await call("GET", `/api/v1/mock-interviews/templates/${planId}`);
    return user.value ? await callAsUser("GET", `/api/v1/sessions/${sessionId}`) : null;
  } catch {
    return null;
  }
}

/** Return what this tab knows of a room: `token`, whether it has `joined`, and an answer's `draft` with its `draftPhase`. */
export function recall(roomId) {
  try {
    return JSON.parse(ofTab.get(keyOf(roomId)) ?? "{}");
  } catch {
    return {};
  }
}

/** Keep something about a room beside what is known of it. */
export function remember(roomId, facts) {
  ofTab.set(keyOf(roomId), JSON.stringify({ ...recall(roomId), ...facts }));
}

/** Forget a room, but for what somebody has written in it: another session there says nothing against their words. */
function forgetRoom(roomId) {
  const { draft } = recall(roomId);
  ofTab.remove(keyOf(roomId));
  if (draft) remember(roomId, { draft });
}

const keyOf = (roomId) => `interview-tracker.room.${roomId}`;
