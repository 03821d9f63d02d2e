"""The words that the ears lean to, as a tree of the model's tokens: those of the field, and those of a room."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.interview_session.voice.services.moonshine_tokens import Tokens

FIELD_TERMS_FILE = Path(__file__).parent / "data" / "field_terms.txt"
MAX_TERM_TOKENS = 16

BEGINNING_BONUS = 1.5
FOLLOWING_BONUS = 3.0
"""In natural logarithms of a probability, for a term's first token and for each of those that follow."""

LEAST_BEGINNING = -6.0
"""A term is tried out only where the model itself holds its first token for at least this likely."""


@dataclass(slots=True)
class Node:
    """A place in the tree; ``is_end`` says that a term may end here."""

    following: dict[int, "Node"] = field(default_factory=dict)
    is_end: bool = False


class Glossary:
    """Terms as the tokens that follow each other; each also with a capital, as at the beginning of a sentence."""

    def __init__(self, tokens: Tokens, terms: Iterable[str]) -> None:
        self.root = Node()
        for form in _forms(terms):
            numbers = tokens.encode(f" {form}")
            if len(numbers) <= MAX_TERM_TOKENS:
                node = self.root
                for number in numbers:
                    node = node.following.setdefault(number, Node())
                node.is_end = True


def field_terms() -> list[str]:
    """Return the field's general terms."""
    lines = FIELD_TERMS_FILE.read_text("utf-8").splitlines()
    return [term.strip() for line in lines if not line.startswith("#") for term in line.split(",")]


def _forms(terms: Iterable[str]) -> Iterator[str]:
    for term in terms:
        if term:
            yield term
            yield term[0].upper() + term[1:]
