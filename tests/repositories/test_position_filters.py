"""How much of a search counts: what PostgreSQL has to look for is bounded, whatever was typed."""

from collections.abc import Callable

import pytest

from app.core.config import Settings
from app.core.database import Database
from app.repositories.position_filters import MAX_WORDS, search_queries
from tests.conftest import NewDatabase

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
HOSTILE = {
    "words": " ".join(f"word{number}" for number in range(5000)),
    "slashes": "/".join(f"word{number}" for number in range(5000)),
    "commas": ",".join(f"word{number}" for number in range(5000)),
    "hyphens": "-".join(f"word{number}" for number in range(5000)),
    "underscores": "_".join(f"word{number}" for number in range(5000)),
    "dashes of other kinds": "\u2014".join(f"word{number}" for number in range(5000)),
    "combining signs": "\u0301\u200d".join(f"w{number}" for number in range(5000)),
    "one word again and again": "again " * 5000,
    "one part again and again": "again," * 5000,
    "signs": "!? " * 5000,
    "signs of every kind": " ".join(chr(number) for number in range(0x2000, 0x2000 + 5000)),
    "letters of every kind": " ".join(chr(number) for number in range(0x4E00, 0x4E00 + 5000)),
    "addresses": " ".join(f"https://w{number}.example/a{number}/b?c={number}" for number in range(1000)),
}


async def test_what_is_looked_for_is_bounded(
    new_database: NewDatabase, make_settings: Callable[..., Settings]
) -> None:
    database = Database(await new_database(), make_settings())
    for kind, text in HOSTILE.items():
        query = search_queries(text[:20_000])
        for configuration, part in (
            ("simple", "search"),
            ("english", "search_simple_words"),
            ("simple", "search_compounds"),
        ):
            rows = await database.reads.pool.fetch(
                f"SELECT numnode(to_tsquery('{configuration}', $1)) AS nodes", (query[part],)
            )
            # The parser keeps a hyphenated word beside its parts; between two words there is an operator.
            assert rows[0]["nodes"] <= 2 * 2 * MAX_WORDS, kind
    await database.close()


@pytest.mark.parametrize(
    ("text", "search"),
    [
        ("data eng", "'data' & 'eng':*"),
        ("data eng data", "'data' & 'eng'"),
        ("data data", "'data'"),
        (
            " ".join("abcdefghijklmnopqrstuvwxyz0123456789"),
            " & ".join(f"'{c}'" for c in "abcdefghijklmnopqrstuvwxyz012345") + ":*",
        ),
        ("xxx," + "y," * 40, "'xxx" + ",y" * 31 + "':*"),
        (
            "/".join("abcdefghijklmnopqrstuvwxyz0123456789"),
            "'" + " ".join("abcdefghijklmnopqrstuvwxyz012345") + "':*",
        ),
    ],
)
def test_the_first_different_words_count(text: str, search: str) -> None:
    assert search_queries(text)["search"] == search
