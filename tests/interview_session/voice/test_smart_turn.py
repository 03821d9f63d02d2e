"""Whether a sentence sounds complete to the model that comes with Pipecat."""

import numpy as np
import pytest
import soxr
from pipecat.metrics.metrics import TurnMetricsData

from app.interview_session.voice.services.media import INPUT_SAMPLE_RATE
from app.interview_session.voice.services.smart_turn import SmartTurnModel
from app.interview_session.voice.turns import UNFINISHED_PROBABILITY
from tests.support.sounds import RATE, silence, speech

PIECE_BYTES = 1920
PATIENCE_SECONDS = 1.2


@pytest.mark.parametrize(
    ("text", "is_finished"),
    [("After six years I became the head of the ward.", True), ("the customer had changed their mind and", False)],
)
async def test_a_sentence_that_breaks_off_sounds_so(text: str, *, is_finished: bool) -> None:
    analyzer = SmartTurnModel().new_analyzer(PATIENCE_SECONDS)
    analyzer.set_sample_rate(INPUT_SAMPLE_RATE)
    sound = soxr.resample(np.concatenate([silence(0.5), speech(text), silence(0.2)]), RATE, INPUT_SAMPLE_RATE)
    audio = (sound * 32767).astype(np.int16).tobytes()
    for start in range(0, len(audio), PIECE_BYTES):
        analyzer.append_audio(audio[start : start + PIECE_BYTES], is_speech=True)
    _, judgement = await analyzer.analyze_end_of_turn()
    await analyzer.cleanup()

    assert isinstance(judgement, TurnMetricsData)
    assert (judgement.probability >= UNFINISHED_PROBABILITY) is is_finished
