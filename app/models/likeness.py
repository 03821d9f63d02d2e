"""What makes two positions look like the same job: keys to find one by, kept with each position.

They are numbers, because an index takes them however long the texts are. That two different jobs get the same number
does not happen in practice, and would only name a position too many.
"""

import re
import unicodedata
from hashlib import blake2b

from app.core.web_addresses import comparable

# A plus or a hash behind a letter is part of a word: a C++ developer is no C# developer.
_LEFT_OUT = re.compile(r"[^\w+#]+|_+|(?<![^\W\d_])[+#]+")


def job_key(company: str, title: str) -> int:
    """Return what a company and a title are found by, without regard to case, blanks and punctuation."""
    return _number(f"{_plain(company)}\n{_plain(title)}")


def address_key(job_url: str | None) -> int | None:
    """Return what a posting's address is found by, without regard to tracking parameters; null has none."""
    return None if job_url is None else _number(comparable(job_url))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    # A name of nothing but signs is compared as it is.
    return _LEFT_OUT.sub("", folded) or folded


def _number(text: str) -> int:
    """Return 64 bits that stand for a text, as PostgreSQL's ``bigint`` holds them."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
