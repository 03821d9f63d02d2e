/** Practice for an interview that is tracked. */
import { callAsUser } from "../../lib/auth.js";
import { oneTabAtATime } from "../../lib/one_tab.js";
import { openRoom, roomAddress } from "../../lib/room_access.js";

/**
 * Return the address of a room for an interview: the one that is still open, else a new one with the plan that is kept
 * for it. Asked for twice at once, here or in two tabs, it is one room all the same.
 *
 * @param {{id: string, position_id: string}} interview
 * @returns {Promise<string>}
 */
export function roomForInterview({ id, position_id: positionId }) {
  return oneTabAtATime(`interview-tracker.practise.${id}`, async () => {
    const { sessions } = await callAsUser("GET", `/api/v1/sessions?position_id=${positionId}&per_page=20`);
    const open = sessions.find((session) => session.interview_id === id && !session.ended_at);
    return open ? roomAddress(open.room_id) : newRoom(id);
  });
}

async function newRoom(interviewId) {
  // The API gives the same plan again, with whatever was changed in it.
  const plan = await callAsUser("POST", `/api/v1/interviews/${interviewId}/practice`);
  return openRoom(plan.id);
}
