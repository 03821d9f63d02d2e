"""The tokenizer of the sentence-embedding model: BERT's uncased WordPiece.

The rules are those of Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (2019), and of the
tokenizer that they published: lower case, no accents, each punctuation mark by itself, and each word as the longest
known pieces from its beginning.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

VOCABULARY_FILE = Path(__file__).parent / "data" / "minilm_vocab.txt"
MAX_WORD_CHARACTERS = 100

_ASCII_SYMBOLS = frozenset("$+<=>^`|~")
"""ASCII marks that count as punctuation here although Unicode calls them symbols."""
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


@cache
def vocabulary() -> dict[str, int]:
    """Return the number of each token; the numbers of whole words rise as the words grow rarer."""
    return {token: number for number, token in enumerate(VOCABULARY_FILE.read_text("utf-8").splitlines())}


def token_ids(text: str, limit: int) -> list[int]:
    """Return the numbers of a text's tokens, at most ``limit`` with the mark at each end."""
    numbers = vocabulary()
    ids = [numbers["[CLS]"]]
    for word in _words(text):
        ids.extend(_pieces(word))
        if len(ids) >= limit:
            break
    return [*ids[: limit - 1], numbers["[SEP]"]]


def _words(text: str) -> Iterator[str]:
    word: list[str] = []
    for character in unicodedata.normalize("NFD", _without_controls(text)):
        category = unicodedata.category(character)
        if category == "Mn":
            continue
        is_separate = category[0] == "P" or character in _ASCII_SYMBOLS or _is_ideograph(character)
        if (is_separate or character.isspace()) and word:
            yield "".join(word).lower()
            word = []
        if is_separate:
            yield character
        elif not character.isspace():
            word.append(character)
    if word:
        yield "".join(word).lower()


def _without_controls(text: str) -> str:
    return "".join(
        character
        for character in text
        if character in "\t\n\r" or (character != "\ufffd" and unicodedata.category(character)[0] != "C")
    )


def _is_ideograph(character: str) -> bool:
    return character >= "\u3400" and any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[int, ...]:
    numbers = vocabulary()
    unknown = (numbers["[UNK]"],)
    if len(word) > MAX_WORD_CHARACTERS:
        return unknown
    pieces: list[int] = []
    begin = 0
    while begin < len(word):
        prefix = "##" if begin else ""
        for end in range(len(word), begin, -1):
            number = numbers.get(prefix + word[begin:end])
            if number is not None:
                pieces.append(number)
                begin = end
                break
        else:
            return unknown
    return tuple(pieces)
