"""A language model that judges the answers of a whole interview as somebody wrote its verdicts down."""

import json

from app.interview_session.language_model import Completion, Prompt, TokensUsed, Work
from tests.support.interviews import FOLDER

READ_TOKENS = 900
WRITTEN_TOKENS = 150


class ScriptedJudge:
    """Gives the verdicts of ``<name>.verdicts.json``: on each question by the number of the first answer to it.

    Some of them rest on words that nobody said, or name the wrong entry, as a model's do. ``asked`` counts the calls.
    """

    name = "scripted-judge"

    def __init__(self, interview: str) -> None:
        file = FOLDER / f"{interview}.verdicts.json"
        self._verdicts = json.loads(file.read_text()) if file.exists() else {}
        self.asked = 0

    async def ask(self, prompt: Prompt, *, work: Work, seconds: float) -> Completion:
        """Return the verdicts on the question of a judge's prompt."""
        assert work is Work.REPORT
        assert seconds > 0
        self.asked += 1
        material = json.loads(prompt.messages[0]["content"].splitlines()[1])
        verdicts = self._verdicts[str(material["entries"][0]["seq"])]
        return Completion(json.dumps({"criteria": verdicts}), TokensUsed(READ_TOKENS, WRITTEN_TOKENS))
