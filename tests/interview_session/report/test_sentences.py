"""The sentences of a text by their places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.report.sentences import (
    LONGEST_SENTENCE_CHARACTERS,
    LONGEST_SENTENCE_WORDS,
    sentence_places,
)


def sentences(text: str) -> list[str]:
    return [text[begin:end] for begin, end in sentence_places(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("I was ill", ["I was ill"]),
        ("  I was ill.  It passed!\tDid it? ", ["I was ill.", "It passed!", "Did it?"]),
        ('He said "no." I left.', ['He said "no."', "I left."]),
        ("Version 3.5 at 9.30 cost 1.200 €.", ["Version 3.5 at 9.30 cost 1.200 €."]),
        ("- one thing\n- another", ["- one thing", "- another"]),
        ("Well... I  left…", ["Well...", "I  left…"]),
        ("我去了。他没有！「好。」走吧", ["我去了。", "他没有！", "「好。」", "走吧"]),
    ],
)
def test_sentences_stand_as_they_were_written(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_what_was_heard_without_full_stops_is_cut() -> None:
    words = [f"w{number}" for number in range(100)]
    assert [len(one.split()) for one in sentences(" ".join(words))] == [LONGEST_SENTENCE_WORDS] * 2 + [20]


PIECE = st.sampled_from(["I", "was", "ill", "é", "走", ".", "?!", '."', "’", " ", "\t", "\n", "…", "。", "」"])


@given(st.lists(PIECE, max_size=30).map("".join))
def test_sentences_hold_every_word_once_and_in_order(text: str) -> None:
    places = [*sentence_places(text)]
    assert "".join("".join(text[begin:end].split()) for begin, end in places) == "".join(text.split())
    assert all(begin < end for begin, end in places)
    assert places == sorted(places)


def test_no_sentence_is_longer_than_can_be_shown() -> None:
    for text in ("x" * 20_000, "word " * 4000, ("y" * 300 + " ") * 60, "!" * 20_000, ".'" * 10_000):
        assert all(len(one) <= LONGEST_SENTENCE_CHARACTERS for one in sentences(text))
