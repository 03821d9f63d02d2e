"""The ears' child process, which dies on a sound of nothing but ``DEADLY`` samples as soon as it is to decode it."""

import os

import numpy as np

from app.interview_session.voice.services import ear_process
from app.interview_session.voice.services.ear_process import Decoder
from app.interview_session.voice.services.moonshine import BEAM_WIDTH, Samples
from app.interview_session.voice.services.voiced import Cut

DEADLY = 12345


class FragileDecoder(Decoder):
    """Dies of one sound."""

    def piece_of(self, sound: Samples, terms: str, cut: Cut | None, beam_width: int = BEAM_WIDTH) -> bytes:
        if np.count_nonzero(sound == DEADLY / 32768) > 1000:
            os._exit(9)
        return super().piece_of(sound, terms, cut, beam_width)


if __name__ == "__main__":
    ear_process.Decoder = FragileDecoder  # type: ignore[misc]
    ear_process.main()
