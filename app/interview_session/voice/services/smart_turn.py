"""The end of a turn by how it sounds: Pipecat's Smart Turn model, which comes with its package."""

from pipecat.audio.turn.smart_turn.base_smart_turn import BaseSmartTurn, SmartTurnParams
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3


class SmartTurnModel:
    """The model, loaded once; its session keeps no state."""

    def __init__(self) -> None:
        self._session = LocalSmartTurnAnalyzerV3()._session  # noqa: SLF001 - there is no other way to share it

    def new_analyzer(self, patience_seconds: float) -> LocalSmartTurnAnalyzerV3:
        """Return the analyzer of one call.

        Args:
            patience_seconds: after a silence of this length a turn has ended, whatever it sounded like.

        """
        analyzer = LocalSmartTurnAnalyzerV3.__new__(LocalSmartTurnAnalyzerV3)
        BaseSmartTurn.__init__(analyzer, params=SmartTurnParams(stop_secs=patience_seconds))
        analyzer._session = self._session  # noqa: SLF001 - as above
        analyzer._log_data = False  # noqa: SLF001 - it can write what it hears to files; never here
        return analyzer
