"""What a job posting's HTML says, read in one pass and in time that is bounded for whatever comes in.

A tree as browsers build it is out of the question: the rules of HTML make its building quadratic in the depth of the
nesting, and its size too (half a minute and gigabytes for one hostile megabyte). So libxml2's tokenizer tells of each
element as it begins and ends, and nothing but what is wanted is kept. No address in the page is ever looked at.
"""

import re
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 20_000
MAX_CLOSING_WORK = 150_000_000
"""For each end tag, libxml2 may look through all elements that are open: that many steps take two seconds."""

MAX_PARTS = 300_000
"""Elements and texts; large pages have some thirty thousand."""

CHUNK_LENGTH = 8_192
"""Characters that are read before an end for one of these limits can take effect."""

MAX_VALUES = 500
"""Values of microdata; a posting has some thirty."""

MAX_VALUE_LENGTH = 40_000
MAX_LOOKED_AT = 1_000_000
"""Characters, and the pieces that they come in, of which headings and values are made: each element that is inside
of another is looked at once more for that one."""

MAX_JSON_LD_SCRIPTS = 50

_UNSEEN = frozenset(
    ("head", "script", "style", "noscript", "template", "svg", "nav", "footer", "iframe", "select", "button")
)
_BEFORE = {"p": "\n\n", "li": "\n- ", "br": "\n", "tr": "\n", "td": " ", "th": " "} | dict.fromkeys(
    ("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "section", "article"), "\n\n"
)
_AFTER = dict.fromkeys(("p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "section", "article"), "\n\n")
_LINES = frozenset(("div", "header", "main", "dt", "dd", "blockquote", "pre", "tbody", "fieldset", "form"))
_BLANKS = re.compile(r"\s+")


@dataclass(slots=True)
class HtmlPage:
    """What was found in a page.

    ``meta`` is by the lower-case name or property. ``items`` are the microdata's outermost items, each a dictionary
    as JSON-LD would have it: ``@type``, and by property a text, an item, or a list of them.
    """

    title: str = ""
    heading: str = ""
    canonical_url: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    text: str = ""


def read_page(html: str) -> HtmlPage:
    """Return what a page or a part of one says; of one beyond the limits, what stands before that."""
    # Four megabytes that a process without a pasted posting does not need.
    from lxml import etree  # noqa: PLC0415

    reader = _PageReader(max_depth=min(MAX_DEPTH, MAX_CLOSING_WORK // (html.count("</") + 1)))
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True)
    try:
        for start in range(0, len(html), CHUNK_LENGTH):
            parser.feed(html[start : start + CHUNK_LENGTH].encode())
        parser.close()
    except (_TooMuchError, etree.XMLSyntaxError):
        pass  # the second: there was nothing in it
    return reader.page()


def text_lines(text: str) -> str:
    """Return a text with its lines trimmed and at most one empty line between two others."""
    kept: list[str] = []
    for line in text.splitlines():
        trimmed = _BLANKS.sub(" ", line).strip()
        if trimmed == "-" or (not trimmed and not (kept and kept[-1])):
            continue
        kept.append(trimmed)
    return "\n".join(kept).strip()


class _TooMuchError(Exception):
    """The page has more than is worth the time."""


@dataclass(slots=True)
class _Element:
    """An element that has begun and not ended."""

    tag: str
    is_unseen: bool
    text_from: int
    """Where its text begins, among the pieces of the page's."""

    item: dict[str, Any] | None
    """The item of microdata that its properties belong to."""

    text_of: tuple[dict[str, Any], str] | None = None
    """The item and the property whose value is the element's text."""

    json_ld: list[str] | None = None


class _PageReader:
    """Is told of elements and texts by lxml, and keeps what a posting could be made of."""

    def __init__(self, max_depth: int) -> None:
        self._max_depth = max_depth
        self._page = HtmlPage()
        self._open: list[_Element] = []
        self._pieces: list[str] = []
        self._title: list[str] = []
        self._parts_left = MAX_PARTS
        self._values_left = MAX_VALUES
        self._looks_left = MAX_LOOKED_AT
        self._main: dict[str, tuple[int, int]] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        self._count_part()
        if len(self._open) >= self._max_depth:
            raise _TooMuchError
        outer = self._open[-1] if self._open else None
        is_unseen = tag in _UNSEEN or (outer is not None and outer.is_unseen)
        if not is_unseen:
            self._break(_BEFORE.get(tag) or ("\n" if tag in _LINES else ""))
        element = _Element(tag, is_unseen, len(self._pieces), outer.item if outer else None)
        if tag == "script" and attributes.get("type", "").strip().lower().startswith("application/ld+json"):
            element.json_ld = []
        elif tag in {"meta", "link"}:
            self._note_head(tag, attributes)
        if "itemprop" in attributes or "itemscope" in attributes:
            self._note_microdata(element, attributes)
        self._open.append(element)

    def data(self, text: str) -> None:
        """Take in a text between two tags, or a part of one."""
        self._count_part()
        element = self._open[-1] if self._open else None
        if element is not None and element.json_ld is not None:
            element.json_ld.append(text)
        elif element is not None and element.tag == "title":
            self._title.append(text)
        elif element is None or not element.is_unseen:
            self._pieces.append(_BLANKS.sub(" ", text))

    def end(self, tag: str) -> None:
        """End an element; lxml ends every one that it began, the innermost first."""
        element = self._open.pop()
        if element.json_ld and len(self._page.json_ld) < MAX_JSON_LD_SCRIPTS:
            self._page.json_ld.append("".join(element.json_ld))
        if element.text_of is not None:
            item, name = element.text_of
            _add(item, name, self._text_since(element))
        if tag == "h1" and not self._page.heading:
            self._page.heading = _BLANKS.sub(" ", self._text_since(element)).strip()
        if element.is_unseen:
            return
        if tag in {"main", "article"}:
            self._main.setdefault(tag, (element.text_from, len(self._pieces)))
        self._break(_AFTER.get(tag) or ("\n" if tag in _LINES else ""))

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def close(self) -> None:
        """Have nothing left to do at the end of the page."""

    def page(self) -> HtmlPage:
        """Return what was found."""
        first, last = self._main.get("main") or self._main.get("article") or (0, len(self._pieces))
        self._page.text = text_lines("".join(self._pieces[first:last])) or text_lines("".join(self._pieces))
        self._page.title = _BLANKS.sub(" ", "".join(self._title)).strip()
        return self._page

    def _count_part(self) -> None:
        self._parts_left -= 1
        if self._parts_left < 0:
            raise _TooMuchError

    def _break(self, separator: str) -> None:
        if separator:
            self._pieces.append(separator)

    def _note_head(self, tag: str, attributes: dict[str, str]) -> None:
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        if tag == "meta" and name and len(self._page.meta) < MAX_VALUES:
            self._page.meta.setdefault(name, attributes.get("content", "").strip())
        if tag == "link" and attributes.get("rel", "").strip().lower() == "canonical":
            self._page.canonical_url = self._page.canonical_url or attributes.get("href", "").strip()

    def _note_microdata(self, element: _Element, attributes: dict[str, str]) -> None:
        owner, name = element.item, attributes.get("itemprop", "").strip()
        if self._values_left <= 0:
            return
        self._values_left -= 1
        if "itemscope" in attributes:
            element.item = {"@type": attributes.get("itemtype", "").strip()}
            if owner is not None and name:
                _add(owner, name, element.item)
            else:
                self._page.items.append(element.item)
        elif owner is not None and name:
            value = _value_in(element.tag, attributes)
            if value is None:
                element.text_of = owner, name
            else:
                _add(owner, name, value)

    def _text_since(self, element: _Element) -> str:
        found: list[str] = []
        length = 0
        for index in range(element.text_from, len(self._pieces)):
            piece = self._pieces[index]
            found.append(piece)
            length += len(piece)
            self._looks_left -= 1 + len(piece)
            if self._looks_left <= 0 or length >= MAX_VALUE_LENGTH or len(found) >= MAX_VALUE_LENGTH:
                break
        return text_lines("".join(found)[:MAX_VALUE_LENGTH])


def _value_in(tag: str, attributes: dict[str, str]) -> str | None:
    """Return the value of a property that is an attribute; None where it is the element's text."""
    named = {"a": "href", "area": "href", "link": "href", "img": "src", "time": "datetime", "data": "value"}
    return attributes.get("content", attributes.get(named.get(tag, "content")))


def _add(item: dict[str, Any], names: str, value: Any) -> None:
    for name in names.split()[:5]:
        if name not in item:
            item[name] = value
        elif isinstance(item[name], list):
            item[name].append(value)
        else:
            item[name] = [item[name], value]
