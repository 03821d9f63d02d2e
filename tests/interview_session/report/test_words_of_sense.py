"""Whether there is enough to judge: twenty words of sense."""

import pytest

from app.interview_session.conversation import sense
from app.interview_session.report.words_of_sense import STRETCH_CHARACTERS, has_enough_words

STORY = "Last spring our oven broke on a Friday so I rented one and called the customers who were waiting for it"
MORE = """The landlord lent us his van, my sister drove it through the snow, and a baker from the next village gave us
flour on credit. By noon every loaf had been sold, though none of us had slept since Wednesday night. What stays with
me is how calm people were once somebody told them plainly when their bread would come. """
KEYS = "asdf jkl qwer uiop sdfg hjkl zxcv bnm asdf qwer sdfg xcvb dfgh wert rtyu fghj vbnm jklm poiu lkjh"


@pytest.mark.parametrize(
    ("texts", "language", "expected"),
    [
        ([], "en", False),
        ([""], "en", False),
        ([STORY], "en", True),
        ([" ".join(STORY.split()[:20])], "en", True),
        ([" ".join(STORY.split()[:19])], "en", False),
        (STORY.split(), "en", True),
        ([" ".join(STORY.split()[:19]), "um, uh – ... 🙂"], "en", False),
        ([" ".join(STORY.split()[:19]), "and 40%"], "en", True),
        ([KEYS], "en", False),
        ([KEYS, KEYS.upper()], "en", False),
        (["lorem ipsum dolor sit amet " * 5], "en", False),
        (["It was good. "] * 20, "en", False),
        (["It was a good week. "] * 20, "en", False),
        ([STORY] * 4, "en", True),
        ([f"{STORY}. {STORY.upper()}.\n{STORY}. {STORY}."], "en", True),
        (["... ! ? - – 🙂 " * 30], "en", False),
        (["um uh er " * 30], "en", False),
        (
            ["我去年春天在面包店工作，烤箱坏了，我租了一个，打电话给等待的顾客，最后只有两个人取消了订单。"],
            "zh",
            True,
        ),
        (["我去年在面包店工作。"], "zh", False),
    ],
)
def test_enough_is_twenty_words_of_sense_over_all_answers(texts: list[str], language: str, expected: bool) -> None:
    assert has_enough_words(texts, language) is expected


def test_gibberish_behind_a_fair_beginning_is_not_counted() -> None:
    beginning = " ".join(STORY.split()[:12])
    assert not has_enough_words([f"{beginning} {KEYS} {KEYS}"], "en")


def test_of_a_very_long_answer_only_so_much_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    is_gibberish = sense.is_gibberish

    def look(text: str, language: str) -> bool:
        looked_at.append(text)
        return is_gibberish(text, language)

    monkeypatch.setattr(sense, "is_gibberish", look)
    assert has_enough_words((f"{STORY}. {MORE}" * 50 for _ in range(300)), "en")
    assert len(looked_at) <= 2
    assert all(len(text) <= STRETCH_CHARACTERS for text in looked_at)
