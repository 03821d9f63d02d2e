"""Turns what is written for eyes into words: nothing of Markdown, code, addresses and symbols is spoken.

For any voice, and so on the safe side: what has no good words is said to be on the screen. Pronunciations of one
certain voice, and numbers, are not dealt with here.

A text is cut into blocks (paragraphs, items, rows), of each of which the links, the code and the rest become words in
this order. Every pattern is linear in the text's length.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator

THE_CODE = "the code shown on your screen"
THE_ADDRESS = "the address shown on your screen"
SHOWN = "what is shown on your screen"

LONGEST_SPOKEN_CODE = 40
"""Characters of a piece of code that can be followed by ear."""

MOST_ROUNDS = 8

Replacement = str | Callable[["re.Match[str]"], str]


def speakable(text: str) -> str:
    """Return a text as one line of words that any voice can say; empty only for a text without letters and digits."""
    spoken = _spoken(text)
    # Words that came out go through unchanged, but for odd remains of odd marks, which a further round settles.
    for _ in range(MOST_ROUNDS):
        before, spoken = spoken, _spoken(spoken)
        if spoken == before:
            break
    if any(map(str.isalnum, spoken)):
        return spoken
    return SHOWN if any(map(str.isalnum, text)) else ""


def _spoken(text: str) -> str:
    return _joined(_prose(block) for block in _blocks(text))


_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_MARKS = re.compile(r"[ \t>#*+•‣◦-]*(?:[ \t]|$)(?:\[[ xX]\][ \t])?")
_NUMBERED = re.compile(r"\d{1,3}[.)][ \t]")
_RULE = re.compile(r"[ \t|:=*_+-]*")


def _blocks(text: str) -> Iterator[str]:
    """Cut a text at blank lines and around headings, items, rows and code."""
    paragraph: list[str] = []
    code: list[str] | None = None
    for line in text.splitlines():
        if _FENCE.match(line) and not (code is None and line.count("```") > 1):
            yield from _flushed(paragraph)
            if code is not None:
                yield _code_block(code)
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        elif _RULE.fullmatch(line):
            yield from _flushed(paragraph)
        else:
            marks = _MARKS.match(line)
            words = line[marks.end() if marks else 0 :].strip()
            is_row = words.startswith("|")
            is_marked = bool(marks and marks[0].strip("> \t")) or is_row or bool(_NUMBERED.match(words))
            if is_marked:
                yield from _flushed(paragraph)
            paragraph.append(_row(words) if is_row else words)
            if is_row or (marks and "#" in marks[0]):
                yield from _flushed(paragraph)
    yield from _flushed(paragraph)
    if code is not None:
        yield _code_block(code)


def _flushed(paragraph: list[str]) -> Iterator[str]:
    """Give the lines so far as one block, and forget them."""
    if paragraph:
        yield " ".join(paragraph)
        paragraph.clear()


def _row(line: str) -> str:
    return ", ".join(cell.strip() for cell in line.split("|") if cell.strip())


def _code_block(lines: list[str]) -> str:
    code = "\n".join(lines).strip()
    return f"`{code}`" if code else ""


def _joined(blocks: Iterable[str]) -> str:
    """Join blocks into one line, with a full stop behind each but the last that has no end of its own."""
    parts = [part for part in (_tidied(block) for block in blocks) if part]
    ended = [part if part[-1] in ".!?…:;,。！？" else f"{part}." for part in parts[:-1]]
    return " ".join([*ended, *parts[-1:]])


def _prose(block: str) -> str:
    for pattern, replacement in _LINKS:
        block = pattern.sub(replacement, block)
    block = _without_code(block)
    for pattern, replacement in _WORDS:
        block = pattern.sub(replacement, block)
    return block


def _without_code(block: str) -> str:
    """Put words in the place of what stands between backticks; of an odd number of them the last is alone."""
    pieces = re.split("`+", block)
    is_odd = len(pieces) % 2 == 0
    last = len(pieces) - 1
    return "".join(
        f" {_code(piece)} " if number % 2 and not (is_odd and number == last) else piece
        for number, piece in enumerate(pieces)
    )


def _code(code: str) -> str:
    """Return a piece of code as words."""
    code = code.strip()
    if code in _SIGNS:
        return _SIGNS[code]
    if len(code) > LONGEST_SPOKEN_CODE or "\n" in code:
        return THE_CODE
    for pattern, replacement in _CODE:
        code = pattern.sub(replacement, code)
    words = " ".join(code.split())
    return words if any(map(str.isalnum, words)) else SHOWN if words else ""


def _identifier(match: "re.Match[str]") -> str:
    """Cut a name at its capitals: ``getUserById`` is "get user by id", ``HTTPServer`` is "HTTP Server"."""
    name = _CAPITALS.sub(" ", match[0])
    return name.lower() if name[0].islower() else name


def _money(match: "re.Match[str]") -> str:
    scale = _SCALES.get((match["scale"] or "").lower().strip(), "")
    one, many = _CURRENCIES[match["sign"]]
    return f" {match['amount']} {scale} {one if match['amount'] == '1' and not scale else many} "


def _address(match: "re.Match[str]") -> str:
    """Say a short address that is a host alone; nobody can follow more than that by ear."""
    address = match[0].rstrip(".,;:!?")
    end = match[0][len(address) :]
    host = re.sub(r"^[a-z]+://", "", address, flags=re.IGNORECASE).removeprefix("www.").rstrip("/")
    if len(host) <= 30 and re.fullmatch(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,10}", host):
        return f" {host.replace('.', ' dot ').replace('-', ' ')}{end} "
    return f" {THE_ADDRESS}{end} "


def _function(match: "re.Match[str]") -> str:
    return f"{match[1]} of {match[2]}"


def _entity(match: "re.Match[str]") -> str:
    return html.unescape(match[0])


_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CURRENCIES = {"$": ("dollar", "dollars"), "€": ("euro", "euros"), "£": ("pound", "pounds"), "¥": ("yen", "yen")}
_SCALES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "bn": "billion",
    "b": "billion",
    "thousand": "thousand",
    "million": "million",
    "billion": "billion",
}
_SCALE = r"(?:[kKmM]|mn|bn|b)\b|\s(?:thousand|million|billion)\b"
_SIGNS = {
    "": "",
    "{}": "braces",
    "{": "an opening brace",
    "}": "a closing brace",
    "[]": "brackets",
    "[": "an opening bracket",
    "]": "a closing bracket",
    "()": "parentheses",
    ";": "a semicolon",
    ":": "a colon",
    ".": "a dot",
    ",": "a comma",
    "*": "a star",
    "**": "two stars",
    "&": "an ampersand",
    "#": "a hash",
    "_": "an underscore",
    "|": "a pipe",
    "\\": "a backslash",
    "/": "a slash",
    "<": "less than",
    ">": "greater than",
    "->": "an arrow",
    "=>": "an arrow",
    "$": "a dollar sign",
    "@": "an at sign",
    "%": "a percent sign",
    "^": "a caret",
    "~": "a tilde",
    "+": "plus",
    "-": "minus",
    "=": "an equals sign",
    "!": "an exclamation mark",
    "?": "a question mark",
}
"""What is said of a sign that is a piece of code by itself."""

_HTML = (
    "a|abbr|article|audio|b|blockquote|body|br|button|code|dd|details|div|dl|dt|em|figure|footer|form|h[1-6]|head|header"
    "|hr|html|i|iframe|img|input|kbd|label|li|link|main|mark|meta|nav|ol|p|pre|s|script|section|small|span|strong|style"
    "|sub|summary|sup|svg|table|tbody|td|th|thead|title|tr|u|ul|video"
)
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u200d\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f©®™"


def _rules(*rules: tuple[str, Replacement]) -> list[tuple["re.Pattern[str]", Replacement]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in rules]


_LINKS = _rules(
    (r"!\[\]\([^()\s]*\)", " the picture shown on your screen "),
    (r"\[\]\([^()\s]*\)", f" {THE_ADDRESS} "),
    (r"!?\[([^\[\]]*)\]\([^()\s]*(?: \"[^\"()]*\")?\)", r"\1"),
    (r"\[([^\[\]]+)\]\[[^\[\]]*\]", r"\1"),
    (r"(?i)</?(?:br|p|li|div|h[1-6]|tr|ul|ol|table)\b[^<>]*>", ". "),
    (rf"(?i)</?(?:{_HTML})\b[^<>]*>", " "),
    (r"(?i)&(?:#\d{1,6}|#x[0-9a-f]{1,5}|[a-z][a-z0-9]{1,20});", _entity),
    (r"(?i)\b(?:https?|ftp|file|wss?)://[^\s<>()\[\]\"'`|]+", _address),
    (r"(?i)\bwww\.[^\s<>()\[\]\"'`|]+", _address),
    (r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]*\w", f" {THE_ADDRESS} "),
)

_CALLS: tuple[tuple[str, Replacement], ...] = (
    (r"(\w)\(\)", r"\1"),
    (r"\b([A-Za-zΘΩ]|log|sqrt|max|min)\(([^()\n]{1,60})\)", _function),
    (r"\b([A-Za-zΘΩ]|log|sqrt|max|min)\(([^()\n]{1,60})\)", _function),
)
_OPERATORS: tuple[tuple[str, Replacement], ...] = (
    (r"\bstd::", "standard "),
    (r"(?<=\w)::(?=\w)", " "),
    (r"<->|<=>|[↔⇔]", " and "),
    (r"<-|[←⇐]", " from "),
    (r"[-=]{1,2}>|[→⇒➔➜]", " to "),
    (r"<=|≤|⩽", " at most "),
    (r">=|≥|⩾", " at least "),
    (r"!==?|≠|<>", " not equal to "),
    (r"===?|≡", " equals "),
    (r"≈|≃|~(?=\d)", " about "),
    (r"&&", " and "),
    (r"\|\|", " or "),
    (r"(?<=\w)<(?=\w)", " of "),
    (r"(?<=\s)<(?=\s|\d)", " less than "),
    (r"(?<=\s)>(?=\s|\d)", " greater than "),
    (r"±|\+/-", " plus or minus "),
    (r"×|(?<=[\w)])\s?\*\s?(?=\d)|(?<=\w) \* (?=\w)", " times "),
    (r"÷", " divided by "),
    (r"\^2(?!\d)|²", " squared "),
    (r"\^3(?!\d)|³", " cubed "),
    (r"(?<=\w)\^(?=\w)", " to the power of "),
)
_NAMES: tuple[tuple[str, Replacement], ...] = (
    (r"\bC\+\+", "C plus plus "),
    (r"\b([CFJ])#", r"\1 sharp "),
    (r"(?<![\w.])\.NET\b", "dot net"),
    (r"(?<=\w)\.NET\b", " dot net"),
    (r"(?<=\w)\.js\b", " JS"),
)

_CODE = _rules(
    *_NAMES,
    (r"(\w)\(([^()]*)\)", r"\1 of \2"),
    *_OPERATORS,
    (r"\[(\w+)\]", r" at \1"),
    (r"(?<=\w) ?= ?(?=[\w\"'-])", " equals "),
    (r"!(?=\w)", " not "),
    (r"(?<= )-(?= )", " minus "),
    (r"(?<=\w) ?/ ?(?=\w)|(?<!\w)/(?=\w)", " slash "),
    (r"(?<![\w-])-(?=[A-Za-z]\b)", " dash "),
    (r"(?<![\w-])--(?=\w)", " "),
    (r"\.(?=[A-Za-z])", " dot "),
    (r"%", " percent "),
    (r"@", " at "),
    (r"[_{}\[\]<>()*#|\\~^;$\"`]", " "),
    (r"\bof(?= *$| *,)", " "),
    (r"[A-Za-z][A-Za-z0-9]*", _identifier),
)

_UNITS_OF_TIME = {
    "s": "second",
    "sec": "second",
    "second": "second",
    "min": "minute",
    "minute": "minute",
    "h": "hour",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
}

_WORDS = _rules(
    *_NAMES,
    (r"(?i)\be\.\s?g\.", "for example"),
    (r"(?i)\bi\.\s?e\.", "that is"),
    (r"(?i)(?<![/\w-])(?<!slash )etc\.(?=\s*$|\s+[A-Z])", "and so on."),
    (r"(?i)(?<![/\w-])(?<!slash )etc\b(?!-)\.?", "and so on"),
    (r"(?i)(?<![\w-])vs\b(?!-)\.?", "versus"),
    (r"(?i)\bapprox\.|\bca\.(?=\s?\d)", "approximately"),
    (r"(?i)(?<![\w-])(?:a\.k\.a\.|aka\b(?!-))", "also known as"),
    (r"(?i)\bincl\.", "including"),
    (r"(?i)\bet al\.", "and others"),
    (r"(?i)\bw/o\b", "without"),
    (r"(?i)\bw/(?=\s|$)", "with"),
    (r"(?i)\bn/a\b", "not applicable"),
    (r"(?i)\band/or\b", "and or"),
    (r"\b24/7\b", "24 7"),
    (r"(?<![\d–-])(\d{1,9}[A-Za-z]{0,2})[–-](?=\d{1,9}(?![\d–-]))", r"\1 to "),
    (rf"(?P<sign>[$€£¥])\s?(?P<amount>\d[\d.,]*(?<=\d)(?: to \d[\d.,]*(?<=\d))?)(?P<scale>{_SCALE})?", _money),
    (rf"(?<![\d.,])(?P<amount>\d[\d.,]*(?<=\d))(?P<scale>{_SCALE})?\s?(?P<sign>[€£¥])(?!\d)", _money),
    *_CALLS,
    *_OPERATORS,
    (r"[$]", " dollars "),
    (r"€", " euros "),
    (r"£", " pounds "),
    (r"¥", " yen "),
    (r"%", " percent "),
    (r"°\s?C\b", " degrees Celsius"),
    (r"°\s?F\b", " degrees Fahrenheit"),
    (r"°", " degrees "),
    (r"§+", " section "),
    (r"∞", " infinity "),
    (r"√", " the square root of "),
    (r"&", " and "),
    (r"#(?=\d)", " number "),
    (r"@", " at "),
    (r"(?<=\w)–(?=\w)", " to "),
    (r"\s[–-]{1,3}\s|\s?—\s?", ", "),
    (r"(?<![\w-])-{1,2}(?=[A-Za-z])", " "),
    (r"(?<![\w-])[-−](?=\d)", " minus "),
    (r"(?<=\w)/(s|sec|second|min|minute|h|hour|day|week|month|year)\b", lambda m: f" per {_UNITS_OF_TIME[m[1]]}"),
    (r"(?<=[A-Z])/(?=[A-Z])", " "),
    (r"(?<![/\w])([a-z]+)/(?=[a-z]+(?![/\w]))", r"\1 or "),
    (r"(?<=[^\d\s])/|/(?=[^\d\s])", " slash "),
    (r"(\w)\((e?s)\)", r"\1\2"),
    (r"\+", " plus "),
    (r"(?<=\w) = (?=\w)|(?<=\w)=(?=\w)", " equals "),
    (r"(?<=\w)\.(?=[a-z]{2})", " dot "),
    (r"\|", ", "),
    (rf"[{_EMOJI}]", " "),
    (r"(?<=\w)_(?=\w)", " "),
    (r"[*_#`\[\]<>{}|\\~^=]", " "),
)


_TIDY = _rules(
    (r"\(\s*\)", " "),
    (r"[\s\x00-\x1f\x7f]+", " "),
    (r" (?=[.,;:!?)](?:[^\w]|$))", ""),
    (r"(?<=\() ", ""),
    (r"[,.](?=[.,;:!?]\s)", ""),
)


def _tidied(words: str) -> str:
    for pattern, replacement in _TIDY:
        words = pattern.sub(replacement, words)
    return words.lstrip(" .,;:").rstrip(" ,;")
