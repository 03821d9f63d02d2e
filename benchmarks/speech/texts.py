"""What is said: interview answers of six trades, with a posting of each, and sentences of interviewers."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("texts")


@dataclass(frozen=True)
class Trade:
    """Answers of candidates of one trade, in the words in which they are spoken, and the posting that they answer."""

    name: str
    posting: str
    answers: tuple[str, ...]


def trades() -> list[Trade]:
    """Return the trades by name, each with ten answers of 25 to 80 words."""
    return [_trade(path) for path in sorted(FOLDER.glob("*.toml"))]


def interviewer_sentences() -> list[str]:
    """Return 60 things that an interviewer says, as they are written."""
    return (FOLDER / "interviewer.txt").read_text().splitlines()


def _trade(path: Path) -> Trade:
    content = tomllib.loads(path.read_text())
    return Trade(path.stem, " ".join(content["posting"].split()), tuple(content["answers"]))
