"""The sentence-embedding model and its tokenizer."""

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from app.core.config import PROJECT_ROOT
from app.interview_session.conversation.meaning import DIMENSIONS, Meaning, MeaningUnavailableError
from app.interview_session.conversation.wordpiece import token_ids

# The numbers are those that the tokenizer published with BERT (in Hugging Face's `tokenizers`) gives.
KNOWN_IDS = [
    ("Can you repeat the question?", [2064, 2017, 9377, 1996, 3160, 1029]),
    ("Café naïve RÉSUMÉ İstanbul", [7668, 15743, 13746, 9960]),
    ("don’t “quote”—dash…", [2123, 1521, 1056, 1523, 14686, 1524, 1517, 11454, 1529]),
    (
        "C++ & C#: O(n^2) <= 10_000$",
        [
            1039,
            1009,
            1009,
            1004,
            1039,
            1001,
            1024,
            1051,
            1006,
            1050,
            1034,
            1016,
            1007,
            1026,
            1027,
            2184,
            1035,
            2199,
            1002,
        ],
    ),
    ("我不知道 ok", [1855, 1744, 100, 1957, 7929]),
    ("a\x00b\u200bc\ufffdd\te\nf", [5925, 2094, 1041, 1042]),
    ("unaffable " + "x" * 101 + " y", [14477, 20961, 3468, 100, 1061]),
    ("🙂 emoji 👩‍💻", [100, 7861, 29147, 2072, 100]),
    ("Straße ΑΒΓ йод ё", [2358, 27807, 1155, 29720, 29721, 1188, 14150, 29742, 1185]),
    ("e\u0301te\u0301 ﬁne ½ ２", [3802, 2063, 1984, 2638, 1092, 100]),
    ("   ", []),
    (
        "ที่นี่ हिन्दी 한국어",
        [1412, 29949, 1339, 29877, 29863, 29861, 29878, 1469, 30006, 30021, 29991, 30014, 30020, 29999, 30008],
    ),
]


@pytest.fixture
def meaning() -> Meaning:
    return Meaning()


@pytest.mark.parametrize(("text", "ids"), KNOWN_IDS)
def test_a_text_is_cut_into_the_tokens_that_the_model_was_trained_with(text: str, ids: list[int]) -> None:
    assert token_ids(text, 128) == [101, *ids, 102]


def test_what_looks_like_a_special_token_is_text() -> None:
    assert 101 not in token_ids("[CLS]", 128)[1:]


def test_a_long_text_is_cut_off_before_its_closing_mark() -> None:
    ids = token_ids("word " * 500, 16)

    assert len(ids) == 16
    assert ids[-1] == 102


async def test_vectors_have_unit_length_and_are_the_same_whatever_they_come_with(meaning: Meaning) -> None:
    alone = await meaning.embed(["Could you repeat that?"])
    among_others = await Meaning().embed(["a much longer sentence about something else", "Could you repeat that?"])

    assert among_others.shape == (2, DIMENSIONS)
    assert among_others.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(among_others, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(alone[0], among_others[1])


async def test_what_means_the_same_is_nearer_than_what_has_the_same_words(meaning: Meaning) -> None:
    asked, same, other = await meaning.embed(
        ["Could you say that again?", "Please repeat the question.", "I could say that the project was a success."]
    )

    assert asked @ same > asked @ other


async def test_no_text_is_no_vector_and_an_empty_text_is_one(meaning: Meaning) -> None:
    assert (await meaning.embed([])).shape == (0, DIMENSIONS)
    assert np.isfinite(await meaning.embed([""])).all()


async def test_callers_at_the_same_time_get_their_own_vectors(meaning: Meaning) -> None:
    texts = [f"I have {count} years of experience." for count in range(12)]

    together = await asyncio.gather(*(meaning.embed([text]) for text in texts))

    assert np.array_equal(np.concatenate(together), await Meaning().embed(texts))


def children() -> list[psutil.Process]:
    """Return the processes of the model that this one has started, and that live."""
    return [
        child
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and any("meaning_process" in part for part in child.cmdline())
    ]


async def test_a_child_that_is_gone_is_started_again_by_the_next_text(meaning: Meaning) -> None:
    (before,) = await meaning.embed(["before"])
    (child,) = children()
    child.kill()
    child.wait(10)

    # Another, which does not remember the text.
    (after,) = await Meaning().embed(["before"])

    assert np.array_equal(before, after)
    assert [other.pid for other in children()] != [child.pid]


def test_an_unused_child_ends_by_itself() -> None:
    module = "app.interview_session.conversation.meaning_process"
    program = f"import {module} as child; child.UNUSED_SECONDS = 0.1; child._load = lambda _: None; child.main()"
    # Its standard input stays open, as that of a child whose parent lives.
    with subprocess.Popen(
        [sys.executable, "-c", program, "model"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT_ROOT
    ) as child:
        assert child.wait(20) == 0
        assert child.stdout
        assert child.stdout.read() == b"ready\n"


async def test_a_model_that_is_turned_off_or_missing_is_not_available() -> None:
    for absent in (Meaning(is_enabled=False), Meaning(package="no_such_package")):
        assert not absent.is_available()
        await absent.warm_up()
        with pytest.raises(MeaningUnavailableError):
            await absent.embed(["anything"])


async def test_a_model_that_cannot_be_loaded_is_given_up_after_the_first_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "broken_model"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.onnx").write_bytes(b"no model")
    monkeypatch.syspath_prepend(tmp_path)
    broken = Meaning(package="broken_model")
    assert broken.is_available()

    await broken.warm_up()

    assert not broken.is_available()
