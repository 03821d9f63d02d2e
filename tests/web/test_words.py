"""Whatever people read stands in the files of words, one per language, and in no other module.

Looked for are words in the templates of pages, as text or as a label, and sentences among all other attributes and
strings: two words of which the first has a capital, or an end like a sentence's. Not seen are single words among
these (`"Send"`) and phrases without a capital (`"a moment"`): they look like any name of the program's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from app.web.files import STATIC

ELSEWHERE = ("vendor/", "words/")
HOLE = "\0"
"""Stands in a template for an expression."""

_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r"""\s([\w-]+)=(?:"([^"]*)"|'([^']*)')""")
_LABELS = frozenset({"aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt"})
_LETTER = re.compile(r"[^\W\d_]")
_ENTITY = re.compile(r"&#?\w{1,8};")
_SENTENCE = re.compile(r"[A-Z](?:[^\W\d_]|[’'])*[,:;]? .*[^\W\d_]|[A-Z].*[a-z][.…?!](?:$|\s)", re.DOTALL)
_BEFORE_REGEX = frozenset("(,=:[!&|?{};>\n")


@dataclass
class Texts:
    """What stands literally in a module: its page templates, and all other strings; expressions are `HOLE`."""

    templates: list[str] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)


def test_no_module_has_words_of_its_own() -> None:
    found = {path: words for path, text in _modules() if (words := [*_words_in(text)])}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("html`<p>Nothing yet</p>`", ["Nothing yet"]),
        ("html`<p class=${a ? `b ${c}` : '}'}>${d} left</p>`", ["left"]),
        ('html`<button aria-label="Close">×</button>`', ["Close"]),
        ("html`<a title='Go on'>${x}</a>`", ["Go on"]),
        ("html`<ul>${all.map((one) => html`<li>Inner ${one}</li>`)}</ul>`", ["Inner"]),
        (
            'html`<p aria-label=${`Remove it: ${name}`}>${a ? "It is done." : ""}</p>`',
            ["Remove it:", "It is done."],
        ),
        ('throw new Error("Something went wrong.");', ["Something went wrong."]),
        ("const text = `About ${count} of them`;", ["About of them"]),
        ('const IS_ODD = /["`]/;\nhtml`<p>Odd</p>`', ["Odd"]),
        ("const isOdd = (text) => {\n  return /[`']/.test(text);\n};\nhtml`<p>Odd</p>`", ["Odd"]),
        ("// It's no string.\n/* `Nor` this */ html`<p>${words.done} · 3 &nbsp;</p>`", []),
        ('const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };', []),
        ('html`<${Dialog} text="It ends here." name="Dialog" class="a b" />`', ["It ends here."]),
    ],
)
def test_words_are_found(text: str, words: list[str]) -> None:
    assert [*_words_in(text)] == words


def _modules() -> Iterator[tuple[str, str]]:
    for path in sorted(STATIC.rglob("*.js")):
        name = path.relative_to(STATIC).as_posix()
        if not name.startswith(ELSEWHERE):
            yield name, path.read_text(encoding="utf-8")


def _words_in(text: str) -> Iterator[str]:
    texts = _texts_of(text)
    for template in texts.templates:
        for attribute in _ATTRIBUTE.finditer(template):
            value = attribute[2] or attribute[3] or ""
            yield from _if_words(value) if attribute[1] in _LABELS else _if_sentence(value)
        for piece in _TAG.split(template):
            yield from _if_words(piece)
    for string in texts.strings:
        yield from _if_sentence(string)


def _if_words(piece: str) -> Iterator[str]:
    words = _without_holes(_ENTITY.sub(" ", piece))
    if _LETTER.search(words):
        yield words


def _if_sentence(text: str) -> Iterator[str]:
    if _SENTENCE.match(text):
        yield _without_holes(text)


def _without_holes(text: str) -> str:
    return " ".join(text.replace(HOLE, " ").split())


def _texts_of(source: str) -> Texts:
    """Take a module apart, in one pass from its beginning to its end."""
    texts = Texts()
    # Of each template that is open: its text so far, whether it is one of the page, and the braces open in its hole.
    pieces: list[list[str]] = []
    of_page: list[bool] = []
    braces: list[int] = []
    at = 0
    in_template = False
    code = ""
    while at < len(source):
        char = source[at]
        if in_template:
            if source.startswith("${", at):
                pieces[-1].append(HOLE)
                braces.append(0)
                in_template, code, at = False, "{", at + 2
            elif char == "`":
                kind = texts.templates if of_page.pop() else texts.strings
                kind.append("".join(pieces.pop()))
                in_template, code, at = False, "`", at + 1
            else:
                width = 2 if char == "\\" else 1
                pieces[-1].append(source[at : at + width])
                at += width
        elif source.startswith("//", at):
            at = _end(source, "\n", at)
        elif source.startswith("/*", at):
            at = _end(source, "*/", at)
        elif char == "`":
            pieces.append([])
            of_page.append(source.endswith("html", 0, at))
            in_template, at = True, at + 1
        elif char in "\"'" or (char == "/" and (code in _BEFORE_REGEX or source.endswith("return ", 0, at))):
            end = _end_of_quoted(source, at)
            if char != "/":
                texts.strings.append(source[at + 1 : end - 1])
            code, at = char, end
        else:
            if char == "{" and braces:
                braces[-1] += 1
            elif char == "}" and braces:
                braces[-1] -= 1
                if braces[-1] < 0:
                    braces.pop()
                    in_template = True
            code = code if char in " \t" else char
            at += 1
    return texts


def _end(source: str, mark: str, at: int) -> int:
    found = source.find(mark, at + 2)
    return len(source) if found < 0 else found + len(mark)


def _end_of_quoted(source: str, at: int) -> int:
    """Return where a string or a regular expression ends that begins here."""
    quote = source[at]
    in_class = False
    end = at + 1
    while end < len(source) and (source[end] != quote or in_class):
        if source[end] == "\\":
            end += 1
        elif quote == "/" and source[end] in "[]":
            in_class = source[end] == "["
        end += 1
    return end + 1
