"""A proposed position, out of what a user pastes of a posting."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from app.core.web_addresses import without_tracking
from app.schemas.fields import composed, is_blank
from app.services.postings.headings import from_page_title, from_text
from app.services.postings.html_page import HtmlPage, read_page, text_lines
from app.services.postings.job_posting import postings_in_json_ld, postings_in_microdata

MAX_LENGTHS = {
    "title": 200,
    "company": 200,
    "location": 200,
    "salary_range": 100,
    "description": 20_000,
    "source": 100,
    "job_url": 2_000,
}
"""Characters that the fields of a position take; what is longer is cut."""

_NOT_TO_STORE = re.compile("[\x00\ud800-\udfff]")

_SITES = {
    "linkedin.com": "LinkedIn",
    "indeed.com": "Indeed",
    "glassdoor.com": "Glassdoor",
    "greenhouse.io": "Greenhouse",
    "lever.co": "Lever",
    "ashbyhq.com": "Ashby",
    "myworkdayjobs.com": "Workday",
    "smartrecruiters.com": "SmartRecruiters",
    "workable.com": "Workable",
    "personio.de": "Personio",
    "personio.com": "Personio",
    "stepstone.de": "StepStone",
    "xing.com": "XING",
    "monster.com": "Monster",
    "ziprecruiter.com": "ZipRecruiter",
    "wellfound.com": "Wellfound",
    "welcometothejungle.com": "Welcome to the Jungle",
    "dice.com": "Dice",
    "seek.com.au": "SEEK",
    "arbeitsagentur.de": "Bundesagentur für Arbeit",
}


def propose(*, url: str | None, text: str | None, html: str | None) -> dict[str, Any]:
    """Return the fields of a position as far as they were found, null where not, and ``read_from``.

    ``read_from`` names the best thing that there was: ``json_ld``, ``microdata``, ``page``, ``text`` or ``url``.
    What one of them lacks is taken from the next. The address is only text here: nothing is asked of it.
    """
    page = read_page(html) if html else HtmlPage()
    pasted = text_lines(text or "")
    sources: dict[str, dict[str, str]] = {
        "json_ld": next(postings_in_json_ld(page), {}),
        "microdata": next(postings_in_microdata(page), {}),
        "page": _of_page(page) if html else {},
        "text": from_text(pasted) | {"description": pasted} if pasted else {},
    }
    found: dict[str, str] = {}
    read_from = "url"
    for name, fields in reversed(sources.items()):
        if any(fields.values()):
            found |= {field: value for field, value in fields.items() if value}
            read_from = name
    address = _address(url, [page.canonical_url, page.meta.get("og:url", ""), found.get("job_url", "")])
    found |= {"job_url": address, "source": _site(address)}
    proposed = {name: _fitting(found.get(name, ""), length) for name, length in MAX_LENGTHS.items()}
    return proposed | {"read_from": read_from}


def _fitting(text: str, max_length: int) -> str | None:
    """Return a text as a position takes it, or None if nothing of it can be seen.

    Scripts can spell NUL and halves of characters, which no position and no answer can hold.
    """
    # Composed before it is cut: a few characters become two.
    whole = composed(_NOT_TO_STORE.sub("", text))[:max_length].strip()
    return None if is_blank(whole) else whole


def _of_page(page: HtmlPage) -> dict[str, str]:
    heads = from_page_title(page.meta.get("og:title") or page.title, page.heading)
    named = from_page_title(page.title, page.heading)
    site = {"company": page.meta.get("og:site_name", "")}
    if site["company"] in _SITES.values():
        site = {}
    return site | named | heads | {"description": page.text or page.meta.get("og:description", "")}


def _address(asked: str | None, in_page: list[str]) -> str:
    """Return the posting's address without tracking: the one that was sent, else one that the page gives."""
    if asked:
        return without_tracking(asked)
    for address in in_page:
        try:
            parts = urlsplit(urljoin("", address))
        except ValueError:
            continue
        if parts.scheme in {"http", "https"} and parts.netloc and not any(map(str.isspace, address)):
            whole = without_tracking(address)
            if len(whole) <= MAX_LENGTHS["job_url"]:
                return whole  # a part of an address leads elsewhere
    return ""


def _site(address: str) -> str:
    """Return the name of a well-known job board, else the host."""
    try:
        host = (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    known = next((name for domain, name in _SITES.items() if host == domain or host.endswith(f".{domain}")), None)
    # National sites of the same board, such as de.indeed.com and linkedin.co.uk, have its name as a label.
    labels = host.split(".")
    by_label = {domain.split(".")[0]: name for domain, name in _SITES.items()}
    return known or next((by_label[label] for label in labels[:-1] if label in by_label), host)
