"""Signs in an answer: a table of answers made by hand, and what holds for any text."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.conversation.answer_signs import Place, shows, signs_of

SIGNS = ("own_part", "team", "numbers", "results", "examples", "hedges")

# An answer, and the quotes of each sign in it; a sign that is not named is not in it.
ANSWERS: list[tuple[str, dict[str, list[str]]]] = [
    ("", {}),
    ("...", {}),
    ("Kafka.", {}),
    ("I wrote the parser myself.", {"own_part": ["I", "myself"]}),
    ("i wrote it and ive kept it running", {"own_part": ["i", "ive"]}),
    ("I’ve run the clinic; I'd do it again.", {"own_part": ["I’ve", "I'd"]}),
    ("That one was mine, my manager only signed it off.", {"own_part": ["mine"], "results": ["signed"]}),
    ("I think so.", {"hedges": ["I think"]}),
    ("Let me see. I mean, I don't know.", {}),
    ("Input, i.e. I/O, and for i in range(3): i++ in phase I.", {"numbers": ["3"]}),
    ("My team built it.", {"team": ["My team"]}),
    ("We rebuilt it, and our tests told us.", {"team": ["We", "our", "us"]}),
    ("The whole team moved to the US.", {"team": ["The whole team"]}),
    ("we've done it as a team", {"team": ["we've", "as a team"]}),
    ("The rest of the team went home; I stayed.", {"team": ["The rest of the team"], "own_part": ["I"]}),
    ("I cut the bill by 40 %.", {"own_part": ["I"], "numbers": ["40 %"]}),
    ("It fell from 900ms to 120 ms.", {"results": ["fell"], "numbers": ["900ms", "120"]}),
    ("That is $5k, €3 million or 1.500.000 £ each.", {"numbers": ["$5k", "€3 million", "1.500.000 £"]}),
    ("Twenty-five nurses on two wards.", {"numbers": ["Twenty-five", "two"]}),
    ("two hundred and fifty pupils", {"numbers": ["two hundred and fifty"]}),
    ("ten percent of it, a third of that, half of those", {"numbers": ["ten percent", "a third of", "half of"]}),
    ("one of the first things on the second day", {}),
    ("It took one hour.", {"numbers": ["one hour"[:3]]}),
    ("There are two things to say, and one-on-one talks help.", {}),
    ("Open 24/7, from 10:30, on 12/05/2021, by version 3.11.2 of Python 3.", {}),
    ("The 1st and the 3rd of May, in 3D, on S3 and EC2.", {}),
    ("In 2019 it began.", {"examples": ["In 2019"]}),
    ("In March 2019 it began.", {"examples": ["In March"]}),
    ("2000 users were waiting.", {"numbers": ["2000"]}),
    ("A 20-30% rise, a 5-person crew, 10x the load.", {"numbers": ["20-30%", "5", "10x"]}),
    ("Hundreds of orders, 1,200 a day.", {"numbers": ["Hundreds", "1,200"]}),
    ("It was twice as fast and zero orders were lost.", {"numbers": ["twice as", "zero"]}),
    ("Step two is plan B, question 4 is next.", {}),
    ("As a result, the queue was empty.", {"results": ["As a result"]}),
    ("which led to fewer calls", {"results": ["led to"]}),
    ("In the end we saved them a day.", {"results": ["In the end", "saved"], "team": ["we"]}),
    ("I reduced waste and increased sales.", {"own_part": ["I"], "results": ["reduced", "increased"]}),
    ("We shipped on time.", {"team": ["We"], "results": ["shipped", "on time"]}),
    ("I labelled the bins so that nobody had to ask.", {"own_part": ["I"], "results": ["so that"]}),
    ("It never happened again.", {"results": ["never happened again"]}),
    ("The outcome was bad: the order was cancelled.", {"results": ["The outcome was", "was cancelled"]}),
    ("They agreed, and the ward is still in use.", {"results": ["agreed", "still in use"]}),
    ("An agreed date, a fixed price, I fell ill and she won't.", {"own_part": ["I"]}),
    ("Error rates doubled.", {"results": ["doubled"], "numbers": ["doubled"]}),
    ("I want to reduce costs and ship more.", {"own_part": ["I"]}),
    ("For example, the oven.", {"examples": ["For example"]}),
    ("for instance last year", {"examples": ["for instance", "last year"]}),
    ("I once had a guest who wept.", {"own_part": ["I"], "examples": ["once"]}),
    ("Once, a pupil ran away.", {"examples": ["Once"]}),
    ("Once a week, at once, more than once, once you know it.", {}),
    ("One time a pipe burst.", {"examples": ["One time"]}),
    ("When I was at the depot a tyre burst.", {"own_part": ["I"], "examples": ["When I was"]}),
    ("Three years ago there was a fire.", {"numbers": ["Three"], "examples": ["years ago", "there was a"]}),
    ("At my last school, in March, they asked.", {"own_part": ["my"], "examples": ["At my last", "in March"]}),
    ("One customer never paid.", {"examples": ["One customer"]}),
    ("One customer service desk.", {}),
    ("Maybe, perhaps, probably.", {"hedges": ["Maybe", "perhaps", "probably"]}),
    ("It is sort of kind of done.", {"hedges": ["sort of", "kind of"]}),
    ("This kind of load, what sort of test?", {}),
    ("I think about the guests first.", {"own_part": ["I"]}),
    ("usually it depends", {"hedges": ["usually", "it depends"]}),
    (
        "I'm not sure, it might have been the fuse or something.",
        {"hedges": ["I'm not sure", "might have", "or something"]},
    ),
    ("With all my might.", {"own_part": ["my"]}),
    ("as a\nresult", {}),
    ("as  a\tresult", {"results": ["as  a\tresult"]}),
    ("So, as a, result.", {}),
    (
        "Last winter our night shift was short of four nurses. I called each of them, moved two patients, and in the "
        "end nobody waited longer than 20 minutes.",
        {
            "own_part": ["I"],
            "team": ["our"],
            "numbers": ["four", "two", "20"],
            "results": ["in the end"],
            "examples": ["Last winter"],
        },
    ),
    (
        "so um we had this outage in march i think and i rolled back the deploy and after forty minutes it worked",
        {
            "own_part": ["i"],
            "team": ["we"],
            "numbers": ["forty"],
            "results": ["it worked"],
            "examples": ["in march"],
            "hedges": ["i think"],
        },
    ),
    ("我用了Kafka，减少了40%。", {"numbers": []}),
    ("👍 I ❤️ it 💯", {"own_part": ["I"]}),
]


@pytest.mark.parametrize(("text", "expected"), ANSWERS)
def test_each_sign_of_an_answer_is_quoted(text: str, expected: dict[str, list[str]]) -> None:
    signs = signs_of(text)
    found = {name: [place.quote(text) for place in getattr(signs, name)] for name in SIGNS}
    assert found == {name: expected.get(name, []) for name in SIGNS}


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("... – !", 0), ("One two", 2), ("it's a well-known\nfact", 4), ("  40 % ", 1), ("是的", 1)],
)
def test_words_are_counted_as_they_are_spaced(text: str, words: int) -> None:
    assert signs_of(text).words == words


GENERAL = "I always try to listen to people, because good communication is key, and I usually find a way."
STORY = (
    "Last spring the oven of our bakery broke on a Friday. I rented one, called the 30 customers who were waiting, "
    "and in the end only two of them cancelled."
)
DEEDS = "I rewrote the parser, I measured it, and I think I showed the others how to use it without any fear of it."
TEAM = "We planned it together, we built it, our testers tried it, and we shipped it; I wrote the notes."
DESIGN = "I would put a queue between the two, so the workers read from it at their own pace and nothing gets lost."


@pytest.mark.parametrize("text", ["", GENERAL, STORY, DEEDS])
def test_always_is_always(text: str) -> None:
    assert shows("always", text)


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("short", "I fixed it.", True),
        ("short", "word " * 19, True),
        ("short", "word " * 20, False),
        ("short", "- " * 40, True),
        ("no_own_part", TEAM, True),
        ("no_own_part", "We fixed it.", True),
        ("no_own_part", "We saw it, I fixed it, and we told them.", False),
        ("no_own_part", "My team found it and my manager was glad.", True),
        ("no_own_part", "The oven broke.", False),
        ("no_own_part", STORY, False),
        ("no_numbers", STORY, False),
        ("no_numbers", GENERAL, True),
        ("no_numbers", "In 2019, on Python 3, we were open 24/7.", True),
        ("no_result", STORY, False),
        ("no_result", GENERAL, True),
        ("no_result", "I want to reduce waste.", True),
        ("vague", GENERAL, True),
        ("vague", "Maybe it was the fuse, or something.", True),
        ("vague", "Teamwork is important and everyone should help.", True),
        ("vague", STORY, False),
        ("vague", DEEDS, False),
        ("vague", DESIGN, False),
        ("vague", "I usually try to help. For example, the oven.", False),
        ("vague", "", False),
    ],
)
def test_a_follow_up_is_called_for_by_what_an_answer_lacks(when: str, text: str, expected: bool) -> None:
    assert shows(when, text) is expected


def test_an_unknown_sign_is_an_error() -> None:
    with pytest.raises(ValueError, match="no such sign"):
        shows("boring", STORY)


PIECES = """
I|i think|my team|we|us|US|let me|one|two|hundred|and|of|things|percent|a third|as a result|as a|result|once
once a|week|in|2019|in range|version|3.5|$5k|40 %|24/7|1-2|ago|years|when i|was|sort of|kind|this|maybe|'|’|-|.|/|,
\t|\r|\u2028|\x1c|İ|ſ|K|٣|²|\ud800|é|"""
PIECE = st.sampled_from(PIECES.replace("\n", "|").split("|"))
TEXTS = st.one_of(st.text(), st.lists(PIECE).map(" ".join), st.lists(PIECE).map("".join))


@given(TEXTS)
def test_places_lie_in_the_text_in_order_and_apart(text: str) -> None:
    signs = signs_of(text)
    for name in SIGNS:
        last = Place(0, 0)
        for place in getattr(signs, name):
            assert last.end <= place.start < place.end <= len(text)
            last = place


@given(TEXTS, TEXTS)
def test_two_texts_joined_by_a_line_break_have_the_signs_of_both(first: str, second: str) -> None:
    both, one, other = signs_of(f"{first}\n{second}"), signs_of(first), signs_of(second)
    assert both.words == one.words + other.words
    for name in SIGNS:
        shifted = [Place(p.start + len(first) + 1, p.end + len(first) + 1) for p in getattr(other, name)]
        assert [*getattr(both, name)] == [*getattr(one, name), *shifted]


@given(TEXTS, st.sampled_from(["always", "short", "no_own_part", "no_numbers", "no_result", "vague"]))
def test_any_text_can_be_asked_for_any_sign(text: str, when: str) -> None:
    assert shows(when, text) in {True, False}


@pytest.mark.parametrize(
    "piece",
    [
        "I think ",
        "a ",
        "1",
        "1,",
        "1.",
        "1-",
        "1/",
        "$",
        "'",
        " ",
        "\n",
        "one ",
        "two and ",
        "as a ",
        "4 percent ",
        "x",
    ],
)
def test_a_very_long_answer_takes_time_in_proportion(piece: str) -> None:
    text = (piece * 200_000)[:200_000]
    began = process_time()
    shows("vague", text)
    # Ten times what it takes; were it quadratic, it would take minutes.
    assert process_time() - began < 15
