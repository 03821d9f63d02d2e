"""schema.org's ``JobPosting``, as pages carry it in JSON-LD or in microdata.

What a site puts there need not keep to the vocabulary: a company is an object, a name or a reference to another
object of the page, a salary a number, a range or a sentence. Whatever has another shape is left out.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.services.postings.html_page import HtmlPage, read_page, text_lines

MAX_NODES = 20_000
"""Objects and lists of all scripts together that are looked at."""

MAX_SHORT_LENGTH = 2_000
"""Characters of a name, a place or an amount that are looked at: several places can refer to one long name."""

_TAG = re.compile(r"<[a-zA-Z/!]")
_CURRENCY_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_PERIODS = {"HOUR": "hour", "DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}


def postings_in_json_ld(page: HtmlPage) -> Iterator[dict[str, str]]:
    """Yield the fields of each posting in the page's scripts; unreadable scripts are passed over."""
    nodes = list(_nodes(filter(None, map(_read_json, page.json_ld))))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    for node in nodes:
        if _is_posting(node):
            yield _fields(node, by_id)


def postings_in_microdata(page: HtmlPage) -> Iterator[dict[str, str]]:
    """Yield the fields of each posting that the page's elements are marked as."""
    for node in _nodes(page.items):
        if _is_posting(node):
            yield _fields(node, {})


def html_to_text(description: str) -> str:
    """Return the text of a description in HTML, with its paragraphs and lists; of a plain one the text itself."""
    unescaped = description if _TAG.search(description) else _unescaped(description)
    return read_page(unescaped).text if _TAG.search(unescaped) else text_lines(unescaped)


def _read_json(script: str) -> Any:
    text = script.strip().removeprefix("<!--").removesuffix("-->").removeprefix("//<![CDATA[").removesuffix("//]]>")
    for candidate in (text.strip().rstrip(";"), _unescaped(text)):
        try:
            # Not strict: many sites put line breaks into their texts as they are.
            return json.loads(candidate, strict=False, parse_constant=_nothing)
        except (ValueError, RecursionError):
            continue
    return None


def _nothing(_name: str) -> None:
    """Return null for ``NaN`` and its like, which are no JSON."""


def _unescaped(text: str) -> str:
    try:
        return html.unescape(text)
    except ValueError:  # a numeric reference of more digits than Python reads
        return text


def _nodes(roots: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield every object, the outer ones first."""
    waiting = deque(roots)
    looked_at = 0
    while waiting and looked_at < MAX_NODES:
        looked_at += 1
        node = waiting.popleft()
        if isinstance(node, dict):
            yield node
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        waiting.extend(part for part in inner if isinstance(part, dict | list))


def _is_posting(node: Mapping[str, Any]) -> bool:
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and kind.rstrip("/").rpartition("/")[2].rpartition(":")[2] == "JobPosting"
        for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _fields(posting: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    def get(*names: str) -> Any:
        return next((posting[name] for name in names if posting.get(name)), None)

    found = {
        "title": _plain(get("title", "name")),
        "company": _plain(_name(get("hiringOrganization"), by_id)),
        "location": _location(posting, by_id),
        "salary_range": _salary(get("baseSalary", "estimatedSalary")),
        "description": html_to_text(_text(get("description"))),
        "job_url": _text(get("url")),
    }
    return {name: value for name, value in found.items() if value}


def _text(value: Any) -> str:
    """Return a value as text: a list's first, a value object's value; nothing of any other object."""
    if isinstance(value, list):
        return next((text for text in map(_text, value[:20]) if text), "") if _is_flat(value) else ""
    if isinstance(value, dict):
        inner = value.get("@value")
        return _text(inner) if not isinstance(inner, dict | list) else ""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _is_flat(values: list[Any]) -> bool:
    return not any(isinstance(value, list) for value in values)


def _plain(value: Any) -> str:
    """Return a short text without entities and tags, which some sites put even into titles."""
    return " ".join(html_to_text(_text(value)[:MAX_SHORT_LENGTH]).split())


def _name(value: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Any:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return first
    if not first.get("name") and isinstance(first.get("@id"), str):
        return by_id.get(first["@id"], {}).get("name")
    return first.get("name") or first.get("legalName") or first.get("@value")


def _location(posting: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> str:
    places = posting.get("jobLocation")
    texts = [_place(place, by_id) for place in (places if isinstance(places, list) else [places])[:10]]
    if "TELECOMMUTE" in _text(posting.get("jobLocationType")).upper():
        texts.insert(0, "Remote")
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _place(place: Any, by_id: Mapping[str, Mapping[str, Any]]) -> str:
    if not isinstance(place, dict):
        return _plain(place)
    address = place.get("address") or by_id.get(str(place.get("@id")), {}).get("address") or place
    if isinstance(address, list) and address:
        address = address[0]
    if not isinstance(address, dict):
        return _plain(address)
    parts = (
        _plain(_name(address.get(name), by_id)) for name in ("addressLocality", "addressRegion", "addressCountry")
    )
    return ", ".join(dict.fromkeys(part for part in parts if part)) or _plain(place.get("name"))


def _salary(salary: Any) -> str:
    first = salary[0] if isinstance(salary, list) and salary else salary
    if not isinstance(first, dict):
        return _plain(first)
    value = first.get("value")
    amount = value if isinstance(value, dict) else first
    low, high = (
        next((_amount(amount.get(name)) for name in names if _amount(amount.get(name))), "")
        for names in (("minValue", "percentile10", "value", "median"), ("maxValue", "percentile90"))
    )
    currency = _plain(first.get("currency") or first.get("salaryCurrency") or amount.get("currency"))
    sign = _CURRENCY_SIGNS.get(currency.upper(), f"{currency} " if currency else "")
    range_ = "–".join(sign + part for part in dict.fromkeys((low, high)) if part)
    period = _PERIODS.get(_plain(amount.get("unitText") or first.get("unitText") or first.get("duration")).upper())
    return f"{range_} per {period}" if range_ and period else range_


def _amount(value: Any) -> str:
    """Return an amount with its thousands apart (``60,000``); as it stands if it is no number."""
    text = _text(value)
    try:
        number = float(text)
    except ValueError:
        return text
    if not 0 < number < 1e12:
        return ""
    return f"{number:,.0f}" if number.is_integer() else f"{number:,.2f}"
