"""The words for the state of an application."""

import pytest

from app.models.enums import PositionStatus
from app.services.imports.status_words import StatusWord, says_nothing, status_of


@pytest.mark.parametrize(
    ("text", "status"),
    [
        *((str(status).upper(), str(status)) for status in PositionStatus),
        ("Phone Screen", "screening"),
        ("Interview", "interviewing"),
        ("Wishlist", "saved"),
        ("Bookmarked", "saved"),
        ("Not started", "saved"),
        ("Application submitted", "applied"),
        ("Not Selected", "rejected"),
        ("I Withdrew", "withdrawn"),
        ("3. Offer received!", "offer"),
        ("🔥 phone-screen", "screening"),
    ],
)
def test_usual_words(text: str, status: str) -> None:
    assert status_of(text) == StatusWord(PositionStatus(status))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("No response", "applied"),
        ("Ghosted", "applied"),
        ("Negotiating", "offer"),
        ("Accepted", "offer"),
        ("Take-home", "screening"),
        ("Final  round", "interviewing"),
        ("Declined", "rejected"),
        ("Offer declined", "withdrawn"),
    ],
)
def test_words_that_say_more_than_the_status_are_kept(text: str, status: str) -> None:
    assert status_of(text) == StatusWord(PositionStatus(status), " ".join(text.split()))


@pytest.mark.parametrize("text", ["", "maybe", "offer or not", "4", "applied " * 30])
def test_other_words_are_not_guessed_at(text: str) -> None:
    assert status_of(text) is None


def test_cells_that_say_that_there_is_nothing_to_say() -> None:
    assert all(map(says_nothing, ["-", "—", "n/a", "N.A.", "None", "TBD", "?", " "]))
    assert not any(map(says_nothing, ["no", "applied", "0"]))
