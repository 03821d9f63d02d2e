"""Pipecat's own log, which says nothing here."""


def silence_pipecat() -> None:
    """Have Pipecat log nothing: it would log what is said, and what a model is told. Call it before Pipecat loads."""
    from loguru import logger  # noqa: PLC0415 - of no use to a process without Pipecat

    logger.disable("pipecat")
