"""What hibari has to be given so that it says a text as an engineer would.

It comes after ``speakable``, which has removed what is for the eyes only. Only what is spoken changes: the log keeps
the words as they are written.

To add a word, hear what the voice makes of it (``python -m hibari.cli WORD --phonemes`` prints its phonemes), and give
``WORDS`` either a spelling that it reads well or phonemes between slashes. Most words need nothing.
"""

import re

from app.interview_session.voice.services.speakable import SHOWN

LONGEST_NUMBER = 15
"""Digits of a number that can be followed by ear."""

WORDS = {
    # Software and services.
    "asyncio": "/ˌAsɪŋkˌIˈO/",
    "AWS": "/ˌAdˌʌbᵊljˌuˈɛs/",
    "bigquery": "/bˈɪɡkwˌɪɹi/",
    "fsync": "/ˈɛfsˌɪŋk/",
    "golang": "/ɡˈOlæŋ/",
    "eslint": "/ˌiˌɛslˈɪnt/",
    "kafka": "/kˈɑfkə/",
    "kqueue": "K queue",
    "kubectl": "/kjˈubkəntɹˌOl/",
    "kubernetes": "/kˌubəɹnˈɛTiz/",
    "mkdir": "make dir",
    "mmap": "M map",
    "nginx": "/ˌɛnʤɪnˈɛks/",
    "numpy": "/nˈʌmpˌI/",
    "postgres": "/pˈOstɡɹɛs/",
    "postgresql": "/pˈOstɡɹɛskjˌuˈɛl/",
    "pytest": "/pˈItˌɛst/",
    "redis": "/ɹˈɛdɪs/",
    "sqlite": "/ˌɛskjˌuˈɛlˌIt/",
    "vite": "/vˈit/",
    # Short for something.
    "a11y": "accessibility",
    "BI": "B I",
    "GAAP": "gap",
    "IaaS": "/ˈIæs/",
    "i18n": "internationalization",
    "JIT": "/ʤˈɪt/",
    "json": "/ʤˈAsˌɑn/",
    "k8s": "/kˌubəɹnˈɛTiz/",
    "l10n": "localization",
    "LDAP": "/ˈɛldˌæp/",
    "OLAP": "/ˈOlˌæp/",
    "PaaS": "/pˈæs/",
    "RBAC": "/ˈɑɹbˌæk/",
    "ReLU": "/ɹˈɛlu/",
    "saml": "/sˈæmᵊl/",
    "YAGNI": "/jˈæɡni/",
    "stderr": "standard error",
    "stdin": "standard in",
    "stdout": "standard out",
    "yaml": "/jˈæmᵊl/",
    "2FA": "/tˌuˌɛfˈA/",
    # Words of the trade.
    "async": "/ˈAsɪŋk/",
    "backend": "/bˈækˌɛnd/",
    "devops": "/dˈɛvˌɑps/",
    "enum": "/ˈinˌʌm/",
    "hyperparameter": "/hˌIpəɹpəɹˈæmɪTəɹ/",
    "idempotency": "/ˌIdɛmpˈOtᵊnsi/",
    "memoization": "/mˌɛmOəzˈAʃən/",
    "memoize": "/mˈɛmOˌIz/",
    "memoized": "/mˈɛmOˌIzd/",
    # People.
    "josé": "/hOzˈA/",
    "nguyen": "/wˈɪn/",
    "siobhan": "/ʃəvˈɔn/",
    "xiaoming": "/ʃjˌWmˈɪŋ/",
    "zoë": "/zˈOi/",
}
"""How words are said. A key in lower case stands for the word in any case, another one only for itself."""

_VERSIONED = (
    "Angular|Ansible|Debian|Django|Docker|Elasticsearch|Fedora|Flask|Go|Gradle|Java|Kafka|Kotlin|Kubernetes|Linux|"
    "MySQL|Node|Node JS|NumPy|PHP|Pandas|Postgres|PostgreSQL|PyTorch|Python|Rails|React|Redis|Ruby|Rust|Spark|Swift|"
    "TensorFlow|Terraform|TypeScript|Ubuntu|Unity|Vue|nginx|pip|release|version|versions"
)


def pronounced(text: str) -> str:
    """Return a text as hibari has to be given it; words may carry phonemes, as in ``[Redis](/ɹˈɛdɪs/)``."""
    if not _LATIN.search(text):
        # It has letters of no other alphabet.
        text = SHOWN if any(map(str.isalnum, text)) else ""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return " ".join(_WORD.sub(_word, text).split())


def _word(match: "re.Match[str]") -> str:
    word, ending = match[1], match[2]
    found = _said(word)
    if found and found.startswith("/") and ending == "'s":
        found, ending = _plural(found), ""
    elif found is None and word.endswith("s") and (one := _said(word[:-1])):
        found = _plural(one)
    if found is None:
        return match[0]
    # An apostrophe behind phonemes would be a pause.
    return f"[{word}]({found})" if found.startswith("/") else found + ending


def _said(word: str) -> str | None:
    return WORDS.get(word) or WORDS.get(word.lower())


def _plural(said: str) -> str:
    if not said.startswith("/"):
        return f"{said}s"
    last = said[-2]
    return f"{said[:-1]}{'ᵻz' if last in 'szʃʒʧʤ' else 's' if last in 'ptkfθ' else 'z'}/"


def _points(match: "re.Match[str]") -> str:
    return match[0].replace(".", " point ")


def _dots(match: "re.Match[str]") -> str:
    return match[0].replace(".", " dot ")


_LATIN = re.compile(r"[A-Za-z0-9À-ÿ]")
_WORD = re.compile(r"(?<![\w/ˈˌ])((?:[A-Za-zÀ-ÿ]|\d(?=[A-Z]))[A-Za-z0-9À-ÿ]*)((?:'s?(?!\w))?)")
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # Its own markup is only what comes from here.
        (r"[\[\]{}<>]", " "),
        (r"\]\(|\(/", " "),
        (r"\d{%d,}" % (LONGEST_NUMBER + 1), "a very long number"),
        (r"(?<![\w.])[vV](?=\d)", "version "),
        (r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)", _dots),
        (r"(?<![\w.])\d{1,4}(?:\.\d{1,4}){2}(?!\w|\.\d)", _points),
        (rf"(?<=\b)(?:{_VERSIONED}) \d{{1,4}}\.[1-9]\d(?!\w|\.\d)", _points),
        (r"\b([pP])(\d\d)\.(?=\d)", r"\1 \2 point "),
        (r"(?<=[A-Z])v(?=\d\b)", " V "),
        (r"\bHTTP slash (?=\d)", "HTTP "),
        (r"(?:(?<=\ba )|(?<=HTTP )|(?<=status )|(?<=code )|(?<=return )|(?<=returns ))([45])0([1-9])\b", r"\1 oh \2"),
        (r"\bx86 to 64\b", "x86 64"),
        (r"\bCAP(?= theorem)", "cap"),
        (r"\bA B(?= test)", "[AB](/ˌAbˈi/)"),
        (r"(?<=\d)k\b", " thousand"),
        (r"(?<![\d.])1 s\b", "1 second"),
        (r"(?<![\d.])1 h\b", "1 hour"),
        (r"(?<=\d) s\b", " seconds"),
        (r"(?<=\d) h\b", " hours"),
        (r"(?<=[\dd]) ?reqs?\b", " requests"),
        (r"\breqs?(?= per )", "requests"),
        (r"(?<=[\dd]) ?(?:rps|RPS|qps|QPS)\b", " requests per second"),
        (r"(?<=\d) ?(?:µs|μs|us)\b", " microseconds"),
        (r"(?<=\d) ?ns\b", " nanoseconds"),
        (r"(?<=\d) ?Gbps\b", " gigabits per second"),
        (r"(?<=\d) ?Mbps\b", " megabits per second"),
        (r"(?<=\d) ?GiB\b", " gibibytes"),
        (r"(?<=\d) ?MiB\b", " mebibytes"),
        (r"(?<=\d) ?KiB\b", " kibibytes"),
    )
]
