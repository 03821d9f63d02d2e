"""The filters that lists of positions, the export and the statistics share."""

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, all_, and_, any_, bindparam, func, or_, select

from app.models import Position
from app.models.position import WORD_BREAKS

MAX_WORD_BYTES = 2046
"""The longest word that PostgreSQL's text search can hold."""

MAX_WORDS = 32
"""Words of a search that count. Each is looked for in every one of the user's positions."""

MAX_SIGNED_WORDS = 8
"""Words with signs of which a search wants the signs, too."""

MAX_SIGNED_WORD_CHARACTERS = 100
"""How long they may be, because PostgreSQL refuses regular expressions that are too much for it."""

_WORD = re.compile(r"[^\W_]+")
_SIGN = re.compile(r"[.+#]")
_WITH_SIGNS = re.compile(r"[^\W_](?:[^\W_]|[.+#])*|(?<![.\w])\.[^\W_](?:[^\W_]|[.+#])*")
# Not where a sign stands between two words, as in "react+redux".
_NEEDS_ITS_SIGNS = re.compile(r"[+#](?![^\W\d_])|^\.")
_BLANKS = str.maketrans(dict.fromkeys(WORD_BREAKS, " "))
_ASCII_SIGNS = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")
# The words in either configuration: literally, or by their stems. A word of several parts must be there literally:
# `english` leaves out stop words, so that "I/O" would be any word that begins with an "o".
_SEARCHED_FOR = (
    func.to_tsquery("simple", bindparam("search"))
    .op("||")(func.to_tsquery("english", bindparam("search_simple_words")))
    .op("&&")(func.to_tsquery("simple", bindparam("search_compounds")))
)
# The parser drops the signs of ``C++``; where there are such words they are looked for once more, in what it left.
_SIGNED_WORDS = bindparam("search_signed_words", type_=ARRAY(String))
_HAS_SIGNED_WORDS = or_(
    func.cardinality(_SIGNED_WORDS) == 0,
    func.concat_ws(" ", Position.title, Position.company, Position.description).op("~*", is_comparison=True)(
        all_(_SIGNED_WORDS)
    ),
)
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "status": Position.status == bindparam("status"),
    "company": Position.company.ilike(bindparam("company"), escape="\\"),
    "date_from": Position.application_date >= bindparam("date_from"),
    "date_to": Position.application_date <= bindparam("date_to"),
    # As a query of its own it is made once, not for each row.
    "search": and_(
        Position.search_vector.op("@@", is_comparison=True)(select(_SEARCHED_FOR).scalar_subquery()),
        _HAS_SIGNED_WORDS,
    ),
    "archived": Position.archived == bindparam("archived"),
    "tag": bindparam("tag") == any_(Position.tags),
    # As the statistics put sources together.
    "source": func.lower(func.btrim(Position.source)) == func.lower(bindparam("source")),
}


def conditions(filters: Collection[str]) -> list[ColumnElement[bool]]:
    """Return the conditions of these filters, and always the owner's; their values are bind parameters."""
    return [Position.user_id == bindparam("user_id"), *further_conditions(filters)]


def further_conditions(filters: Collection[str]) -> list[ColumnElement[bool]]:
    """Return the conditions without the owner's, for positions that are known to be the owner's."""
    return [_CONDITIONS[name] for name in sorted(filters)]


def filter_values(filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of ``conditions`` for these filters."""
    values = dict(filters)
    if "company" in values:
        values["company"] = f"%{escape_like(values['company'])}%"
    if "search" in values:
        values |= {"search_signed_words": signed_words(values["search"])} | search_queries(values["search"])
    return values


def escape_like(text: str) -> str:
    r"""Return a text that LIKE takes literally; the escape character is ``\``."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def search_queries(text: str) -> dict[str, str]:
    """Return what a person typed as input for ``to_tsquery``: every word must match, the last as a prefix.

    ``search`` has all words, ``search_compounds`` those of several parts (``node.js``), ``search_simple_words`` the
    others. All are empty, and find nothing, if there is no word, or one that cannot be anywhere. The first
    ``MAX_WORDS`` different words count, and so the last of these is the prefix.
    """
    counted, ends_with_prefix = _counted(text)
    words = [parts for word in counted if (parts := word.translate(_BLANKS).split())]
    if any(_is_too_long(part) for parts in words for part in parts):
        words = []
    terms = [_quoted(" ".join(parts)) for parts in words]
    if terms and ends_with_prefix:
        terms[-1] += ":*"
    compounds = [term for term, parts in zip(terms, words, strict=True) if len(parts) > 1]
    simple_words = [term for term, parts in zip(terms, words, strict=True) if len(parts) == 1]
    return {
        "search": " & ".join(terms),
        "search_simple_words": " & ".join(simple_words),
        "search_compounds": " & ".join(compounds),
    }


def _counted(text: str) -> tuple[list[str], bool]:
    """Return the words that count, each once, and whether the last of them is one that came last.

    PostgreSQL looks for each part of ``a,b/c-d`` by itself, so parts are counted, wherever its parser may find one. A
    word that has too many is cut where there are enough.
    """
    left = MAX_WORDS
    words: dict[str, None] = {}
    is_last_new = False
    for word in text.split():
        if left == 0:
            break
        is_last_new = word not in words
        if is_last_new:
            parts = list(islice(_WORD.finditer(word), left))
            # Signs alone are no word for the parser, and still something to look at.
            left -= max(1, len(parts))
            words[word if left else word[: parts[-1].end()] if parts else ""] = None
    return list(words), is_last_new


def signed_words(text: str) -> list[str]:
    """Return the words that are nothing without their signs (``C++``, ``F#``, ``.NET``), as regular expressions.

    They go by PostgreSQL's rules. A word is found where it begins, and ``.NET`` in ``ASP.NET`` too.
    """
    words = [word.rstrip(".") for word in _WITH_SIGNS.findall(text)]
    signed = dict.fromkeys(
        word for word in words if len(word) <= MAX_SIGNED_WORD_CHARACTERS and _NEEDS_ITS_SIGNS.search(word)
    )
    return [
        ("" if word.startswith(".") else "(^|[^[:alnum:]])") + _SIGN.sub(r"\\\g<0>", word)
        for word in islice(signed, MAX_SIGNED_WORDS)
    ]


def _is_too_long(part: str) -> bool:
    """Tell whether a word is one that PostgreSQL leaves out of every text, and would leave out of the query.

    A small letter may take more bytes than its capital.
    """
    return len(part) * 4 > MAX_WORD_BYTES and any(
        max(len(word.encode()), len(word.lower().encode())) > MAX_WORD_BYTES for word in _ASCII_SIGNS.split(part)
    )


def _quoted(term: str) -> str:
    """Return a term in whose text no operator is one."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
