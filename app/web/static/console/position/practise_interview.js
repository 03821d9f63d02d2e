/** Practice for an interview that is tracked. */
import { callAsUser } from "../../lib/auth.js";
import { openRoom, roomAddress } from "../../lib/room_access.js";

/**
 * Go to a room for an interview: the one that is still open, else a new one with the plan that is kept for it.
 *
 * @param {{id: string, position_id: string}} interview
 */
export async function practise({ id, position_id: positionId }) {
  const { sessions } = await callAsUser("GET", `/api/v1/sessions?position_id=${positionId}&per_page=20`);
  const open = sessions.find((session) => session.interview_id === id && !session.ended_at);
  window.location.assign(open ? roomAddress(open.room_id) : await newRoom(id));
}

async function newRoom(interviewId) {
  // The API gives the same plan again, with whatever was changed in it.
  const plan = await callAsUser("POST", `/api/v1/interviews/${interviewId}/practice`);
  return openRoom(plan.id);
}
