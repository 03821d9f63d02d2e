/** What needs attention, by what the person has chosen: the same wherever it is shown. */
import { attentionDays } from "../lib/preferences.js";
import { useResource } from "./data.js";
import { timeZone } from "./dates.js";

/** Read it. */
export const useAttention = () => useResource(`/api/v1/attention?tz=${encodeURIComponent(timeZone)}&days=${attentionDays.value}`);
