"""The models that run in this process for its calls. To import this loads ONNX Runtime."""

from app.core.config import Settings
from app.interview_session.voice.services.smart_turn import SmartTurnModel
from app.interview_session.voice.services.speech_detector import SpeechDetectorModel


class CallModels:
    """What tells speech from silence, and what tells the end of a turn by its sound, where that was chosen."""

    def __init__(self, settings: Settings) -> None:
        self.detectors = SpeechDetectorModel()
        self.smart_turns = SmartTurnModel() if settings.voice_turn_detection == "smart" else None
