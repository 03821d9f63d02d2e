"""The tokens of the model that hears: pieces of words, and how a text is made of them."""

from collections.abc import Iterable, Sequence
from pathlib import Path

BEGIN, END = 1, 2
"""The tokens that begin and end each text."""

_SPACE = "▁"
"""What the tokens have in the place of a space."""

_ENTITY = b"<"


class Tokens:
    """The model's tokens by their numbers.

    The file holds them one after another, each behind its length in bytes; a length of 128 and more takes two bytes,
    the lower seven bits first. A lower number is an earlier merge of byte-pair encoding.
    """

    def __init__(self, path: Path) -> None:
        self._tokens = list(_read(path.read_bytes()))
        self._numbers = {token: number for number, token in reversed(list(enumerate(self._tokens)))}
        self.ends_word = [not token[:1].isalnum() for token in self._tokens]
        """By token: whether a word that stands before it is whole; so it is before a space and before most marks."""

    def __len__(self) -> int:
        return len(self._tokens)

    def encode(self, text: str) -> list[int]:
        """Return a text's tokens, merged in the order in which the merges were learned; unknown letters are bytes."""
        parts = [letter.encode() for letter in text.replace(" ", _SPACE)]
        while len(parts) > 1:
            merges = [
                (number, place)
                for place in range(len(parts) - 1)
                if (number := self._numbers.get(parts[place] + parts[place + 1])) is not None
            ]
            if not merges:
                break
            _, place = min(merges)
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return [number for part in parts for number in self._numbers_of(part)]

    def decode(self, numbers: Iterable[int]) -> str:
        """Return the text of tokens, without marks such as those of the beginning and the end."""
        raw = b"".join(self._tokens[number] for number in numbers if not self._is_mark(number))
        return raw.decode(errors="replace").replace(_SPACE, " ").strip()

    def _numbers_of(self, part: bytes) -> Sequence[int]:
        if part in self._numbers:
            return [self._numbers[part]]
        return [self._numbers[part[place : place + 1]] for place in range(len(part))]

    def _is_mark(self, number: int) -> bool:
        token = self._tokens[number]
        return token.startswith(_ENTITY) and token.endswith(b">") and len(token) > 2


def _read(data: bytes) -> Iterable[bytes]:
    place = 0
    while place < len(data):
        length = data[place]
        place += 1
        if length >= 128:
            length = length - 128 + 128 * data[place]
            place += 1
        yield data[place : place + length]
        place += length
