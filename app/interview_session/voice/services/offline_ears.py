"""The keyless ears: Moonshine in child processes."""

from app.interview_session.voice.services.ears import Ears
from app.interview_session.voice.services.model_files import MOONSHINE_FOLDER

MODEL = "moonshine-tiny-en"
MODULE = "app.interview_session.voice.services.ear_process"
ANSWER_SECONDS = 60.0
"""No other ears stand behind these: late words are better than none."""


def offline_ears(processes: int) -> Ears:
    """Return the keyless ears, in so many processes; they are to be started."""
    return Ears("ears", MODULE, [str(MOONSHINE_FOLDER)], processes=processes, answer_seconds=ANSWER_SECONDS)
