"""A job's title and company out of the words by which pages and people head a posting."""

import re

_APPLICATION = "job application for "
_CAREERS_PAGE = re.compile(r"^(?:careers?|jobs?|job board|job search|stellenangebote?) (?:at|bei) ", re.IGNORECASE)
_LABEL = re.compile(
    r"^(job title|title|position|role|company|employer|location|salary|compensation|pay)\s?: ?(\S.*)$", re.IGNORECASE
)
_FIELDS = {
    "company": "company",
    "employer": "company",
    "location": "location",
    "salary": "salary_range",
    "compensation": "salary_range",
    "pay": "salary_range",
}
_AMOUNT = r"(?:[$€£]\s?\d[\d.,]{1,10}[kK]?|\d[\d.,]{1,10}[kK]?\s?[€£])"
_SALARY = re.compile(
    rf"{_AMOUNT}(?:\s?(?:-|–|—|to)\s?{_AMOUNT})?(?:\s?(?:/|per|an?)\s?(?:hour|hr|day|week|month|year|yr|annum))?"
)
HEAD_LINES = 30
"""Lines of a pasted text in which labels and the salary are looked for."""


def from_page_title(title: str, heading: str) -> dict[str, str]:
    """Return what a page's title says: ``Acme hiring Engineer in Berlin``, ``Engineer at Acme``, ``Acme - Engineer``.

    ``heading`` is the page's first heading, which most often is the job's title alone.
    """
    words = _without_site(title)
    company, hiring, rest = words.partition(" hiring ")
    if hiring:
        job, _, place = rest.rpartition(" in ")
        return _known(title=job or rest, company=company, location=place if job else "")
    if words.lower().startswith(_APPLICATION):
        words = words[len(_APPLICATION) :]
    if _CAREERS_PAGE.match(words):
        return _known(title=heading, company=_CAREERS_PAGE.sub("", words))
    for separator in (" at ", " @ "):
        job, found, company = words.rpartition(separator)
        if found:
            return _known(title=job, company=company)
    for dash in (" - ", " – ", " — "):
        if heading and words.startswith(f"{heading}{dash}"):
            return _known(title=heading, company=words[len(heading) + len(dash) :].split(dash)[0])
        if heading and words.endswith(f"{dash}{heading}"):
            return _known(title=heading, company=words[: -len(heading) - len(dash)])
    return _known(title=heading or words)


def from_text(text: str) -> dict[str, str]:
    """Return what the first lines of a pasted text say: ``Company: Acme``, or the title with the company below."""
    lines = [line for line in text.splitlines() if line][:HEAD_LINES]
    found: dict[str, str] = {}
    for line in lines:
        label = _LABEL.match(line[:300])
        if label:
            found.setdefault(_FIELDS.get(label[1].lower(), "title"), label[2].strip())
    salary = next((match[0] for match in map(_SALARY.search, (line[:500] for line in lines)) if match), "")
    first = lines[0] if lines and not _LABEL.match(lines[0][:300]) and len(lines[0]) <= 200 else ""
    below = _below(lines[1]) if first and len(lines) > 1 else {}
    return _known(salary_range=salary) | below | (from_page_title(first, "") if first else {}) | found


def _below(line: str) -> dict[str, str]:
    """Return the company and the place that stand below a title, as in ``Acme · Berlin (hybrid)``."""
    parts = [part.strip() for part in line[:300].split("·")]
    is_name = len(line) <= 60 and not line.endswith((".", ":", "!", "?")) and not line.startswith("- ")
    if len(parts) > 1:
        return _known(company=parts[0], location=parts[1])
    return _known(company=line) if is_name else {}


def _without_site(title: str) -> str:
    """Return a page's title without the site's name behind the bar."""
    return title.partition(" | ")[0].strip() or title.strip()


def _known(**fields: str) -> dict[str, str]:
    return {name: value.strip() for name, value in fields.items() if value.strip()}
