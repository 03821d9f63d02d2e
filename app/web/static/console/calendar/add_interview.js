/** An interview on a day, added with a way back. */
import { callAsUser } from "../../lib/auth.js";
import { html } from "../../lib/ui.js";
import { calendarWords } from "../../words/index.js";
import { changed } from "../data.js";
import { momentText } from "../dates.js";
import { InterviewForm } from "../interview_form.js";
import { say } from "../notices.js";

/** @param {{day: string, onDone: () => void}} props */
export function AddInterview({ day, onDone }) {
  const done = ({ id, scheduled_date: at }) => {
    say(calendarWords.addedInterview(momentText(at)), async () => {
      await callAsUser("DELETE", `/api/v1/interviews/${id}`);
      await changed();
    });
    onDone();
  };
  return html`<${InterviewForm} day=${day} onDone=${done} />`;
}
