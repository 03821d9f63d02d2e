"""A line's text: its sentences for the voice, its line breaks for the eye."""

from hypothesis import given
from hypothesis import strategies as st

from app.interview_session.conversation import scripted
from app.interview_session.conversation.utterance import Line, Purpose, sentences, without_sentences

CODE = "Merge two lists. Like so:\n\n```python\ndef merge(a, b):\n    pass\n```\n\n- fast\n- stable"
TEXTS = st.text() | st.text(alphabet="a.!?\"'”) \n\t…")


def test_what_is_written_keeps_its_line_breaks() -> None:
    assert Line(Purpose.QUESTION, f"\n{CODE} ", 1, lead="Of course.").text == f"Of course. {CODE}"


def test_so_does_the_rest_of_what_was_cut_off() -> None:
    assert Line(Purpose.QUESTION, CODE, 1, first_part=2).text == CODE.removeprefix("Merge two lists. ")
    assert scripted.without_greeting(f"Hello! {CODE}") == CODE


def test_what_is_spoken_has_none() -> None:
    assert not any("\n" in part for part in Line(Purpose.QUESTION, CODE, 1).parts)


@given(TEXTS, st.integers(0, 9))
def test_the_rest_begins_with_the_same_sentence_as_the_parts(words: str, count: int) -> None:
    assert sentences(without_sentences(words, count)) == sentences(words)[count:]
