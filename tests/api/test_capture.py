"""Postings in the shapes that job boards give them; all of them invented for these tests."""

import asyncio
import html
import json
import socket
import threading
from typing import Any

import pytest

from app.services.postings.capture import propose
from app.services.postings.html_page import HtmlPage, read_page, text_lines
from tests.support.probing import assert_envelope
from tests.support.users import SignedIn

CAPTURE = "/api/v1/positions/capture"
FIELDS = ("title", "company", "location", "salary_range", "description", "source", "job_url")

POSTING = {
    "@context": "https://schema.org/",
    "@type": "JobPosting",
    "title": "Tram Driver",
    "description": "<p>You drive line&nbsp;5.</p><ul><li>Early shifts</li><li>A licence</li></ul>",
    "hiringOrganization": {"@type": "Organization", "name": "City Transport", "sameAs": "https://trams.example"},
    "jobLocation": {
        "@type": "Place",
        "address": {
            "@type": "PostalAddress",
            "addressLocality": "Basel",
            "addressRegion": "BS",
            "addressCountry": "CH",
        },
    },
    "baseSalary": {
        "@type": "MonetaryAmount",
        "currency": "CHF",
        "value": {"@type": "QuantitativeValue", "minValue": 70000, "maxValue": 82000.0, "unitText": "YEAR"},
    },
}
READ = {
    "title": "Tram Driver",
    "company": "City Transport",
    "location": "Basel, BS, CH",
    "salary_range": "CHF 70,000–CHF 82,000 per year",
    "description": "You drive line 5.\n\n- Early shifts\n- A licence",
}


def page(*scripts: object, head: str = "", body: str = "") -> str:
    """Return a page with objects in JSON-LD, or with scripts as they are."""
    texts = [script if isinstance(script, str) else json.dumps(script) for script in scripts]
    made = "".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return f"<!DOCTYPE html><html><head>{head}{made}</head><body>{body}</body></html>"


async def captured(user: SignedIn, **body: Any) -> dict[str, Any]:
    answer = await user.post(CAPTURE, body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert tuple(found) == (*FIELDS, "read_from")
    return found


ESCAPED = POSTING | {"description": html.escape(str(POSTING["description"]))}
NAMED = POSTING | {"hiringOrganization": "City Transport", "@type": ["Thing", "http://schema.org/JobPosting"]}
REFERRING = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebSite", "name": "Somewhere"},
        POSTING | {"hiringOrganization": {"@id": "#us"}, "jobLocation": [POSTING["jobLocation"]]},
        {"@id": "#us", "@type": "Organization", "name": "City Transport"},
    ],
}
BROKEN_LINES = json.dumps(POSTING).replace("<p>", "\n<p>") + ";"


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(POSTING, id="as documented"),
        pytest.param([{"@type": "BreadcrumbList"}, POSTING], id="in a list"),
        pytest.param(REFERRING, id="in a graph with references"),
        pytest.param({"@type": "WebPage", "mainEntity": POSTING}, id="inside of the page"),
        pytest.param(ESCAPED, id="description escaped twice"),
        pytest.param(NAMED, id="company as a name, type as an address"),
        pytest.param(BROKEN_LINES, id="line breaks in texts, a semicolon behind"),
        pytest.param(html.escape(json.dumps(POSTING)), id="the whole script escaped"),
        pytest.param(f"<!--{json.dumps(POSTING)}-->", id="in a comment"),
    ],
)
async def test_a_posting_in_json_ld_is_read(user: SignedIn, script: object) -> None:
    address = "https://jobs.example/5"

    found = await captured(user, html=page("{broken", script), url=f"{address}?utm_source=mail")

    assert found == READ | {
        "source": "jobs.example",
        "job_url": address,
        "read_from": "json_ld",
    }


async def test_a_posting_in_microdata_is_read(user: SignedIn) -> None:
    body = """
      <div itemscope itemtype="http://schema.org/JobPosting">
        <h1 itemprop="title">Tram Driver</h1>
        <meta itemprop="datePosted" content="2026-01-31">
        <span itemprop="hiringOrganization" itemscope itemtype="http://schema.org/Organization">
          <b itemprop="name">City Transport</b></span>
        <div itemprop="jobLocation" itemscope itemtype="http://schema.org/Place">
          <div itemprop="address" itemscope itemtype="http://schema.org/PostalAddress">
            <span itemprop="addressLocality">Basel</span>, <span itemprop="addressRegion">BS</span>
            <meta itemprop="addressCountry" content="CH"></div></div>
        <div itemprop="baseSalary" itemscope itemtype="http://schema.org/MonetaryAmount">
          <meta itemprop="currency" content="CHF">
          <div itemprop="value" itemscope itemtype="http://schema.org/QuantitativeValue">
            <meta itemprop="minValue" content="70000"><meta itemprop="maxValue" content="82000">
            <meta itemprop="unitText" content="YEAR"></div></div>
        <div itemprop="description"><p>You drive line 5.</p><ul><li>Early shifts<li>A licence</ul></div>
        <a itemprop="url" href="https://jobs.example/5">Apply</a>
      </div>"""

    found = await captured(user, html=f"<html><body>{body}</body></html>")

    assert found == READ | {
        "source": "jobs.example",
        "job_url": "https://jobs.example/5",
        "read_from": "microdata",
    }


@pytest.mark.parametrize(
    ("posting", "field", "expected"),
    [
        ({"jobLocationType": "TELECOMMUTE", "jobLocation": None}, "location", "Remote"),
        ({"jobLocationType": "TELECOMMUTE"}, "location", "Remote; Basel, BS, CH"),
        ({"jobLocation": {"@type": "Place", "address": "Basel"}}, "location", "Basel"),
        ({"jobLocation": {"name": "Depot", "address": {}}}, "location", "Depot"),
        ({"baseSalary": "up to 80k"}, "salary_range", "up to 80k"),
        ({"baseSalary": {"currency": "USD", "value": 35.5, "unitText": "HOUR"}}, "salary_range", "$35.50 per hour"),
        ({"baseSalary": {"currency": "EUR", "value": {"value": "60000"}}}, "salary_range", "€60,000"),
        ({"baseSalary": {"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}}, "salary_range", None),
        ({"estimatedSalary": [{"median": 51000, "currency": "GBP"}], "baseSalary": []}, "salary_range", "£51,000"),
        ({"title": "Driver &amp; Guide <b>5</b>"}, "title", "Driver & Guide 5"),
        ({"title": "x" * 300}, "title", "x" * 200),
        ({"description": "y" * 30_000}, "description", "y" * 20_000),
        ({"description": "One.\nTwo &amp; three."}, "description", "One.\nTwo & three."),
        ({"url": "javascript:alert(1)"}, "job_url", None),
        ({"url": "https://jobs.example/5?fbclid=1"}, "job_url", "https://jobs.example/5"),
        ({"url": ["https://[", "https://jobs.example/6"]}, "job_url", None),
    ],
)
async def test_each_shape_of_a_field_is_understood(
    user: SignedIn, posting: dict[str, Any], field: str, expected: str | None
) -> None:
    found = await captured(user, html=page(POSTING | posting))

    assert found[field] == expected


async def test_fields_of_the_wrong_shape_are_left_out(user: SignedIn) -> None:
    nonsense: list[Any] = [[], {}, [[]], [{}], 5, True, None, {"name": {"name": []}}, {"@value": []}, {"value": [{}]}]

    for value in nonsense:
        posting = {"@type": "JobPosting"} | dict.fromkeys(
            ("title", "hiringOrganization", "jobLocation", "baseSalary", "description", "url"), value
        )
        found = await captured(user, html=page(posting, {"@id": "#1"}, [posting]))
        assert found["job_url"] is None


@pytest.mark.parametrize(
    ("head", "heading", "expected"),
    [
        ("City Transport hiring Tram Driver in Basel | LinkedIn", "", ("Tram Driver", "City Transport", "Basel")),
        ("Job Application for Tram Driver at City Transport", "", ("Tram Driver", "City Transport", None)),
        ("City Transport - Tram Driver", "Tram Driver", ("Tram Driver", "City Transport", None)),
        ("Tram Driver - City Transport - Jobs", "Tram Driver", ("Tram Driver", "City Transport", None)),
        ("Tram Driver @ City Transport", "Tram Driver", ("Tram Driver", "City Transport", None)),
        ("Careers at City Transport", "Tram Driver", ("Tram Driver", "City Transport", None)),
        ("Tram Driver", "", ("Tram Driver", None, None)),
    ],
)
async def test_a_page_without_data_is_read_by_its_headings(
    user: SignedIn, head: str, heading: str, expected: tuple[str | None, ...]
) -> None:
    content = f"<nav>Home</nav><main><h1>{heading}</h1><p>You drive.</main><footer>Imprint</footer>"

    found = await captured(user, html=page(head=f"<title>{head}</title>", body=content))

    assert (found["title"], found["company"], found["location"]) == expected
    assert found["description"] == f"{heading}\n\nYou drive.".strip()
    assert found["read_from"] == "page"


async def test_a_page_gives_its_own_address_and_site(user: SignedIn) -> None:
    head = (
        '<link rel="canonical" href="https://jobs.example/5?utm_medium=x"><title>Jobs</title>'
        '<meta property="og:title" content="Tram Driver"><meta property="og:site_name" content="City Transport">'
    )

    found = await captured(user, html=page(head=head, body="<script>var hidden</script><p>You drive.</p>"))

    assert found == {
        "title": "Tram Driver",
        "company": "City Transport",
        "location": None,
        "salary_range": None,
        "description": "You drive.",
        "source": "jobs.example",
        "job_url": "https://jobs.example/5",
        "read_from": "page",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Tram Driver\nCity Transport · Basel (on site)\n\nYou drive for CHF, 70.000 € a year.",
            {
                "company": "City Transport",
                "location": "Basel (on site)",
                "salary_range": "70.000 € a year",
            },
        ),
        ("Tram Driver\nCity Transport\nYou drive.", {"company": "City Transport"}),
        ("Tram Driver at City Transport\nYou drive.", {"company": "City Transport"}),
        (
            "Job title: Tram Driver\nCompany: City Transport\nLocation : Basel\nPay: $30/hour",
            {"company": "City Transport", "location": "Basel", "salary_range": "$30/hour"},
        ),
    ],
)
async def test_pasted_text_is_read_by_its_first_lines(user: SignedIn, text: str, expected: dict[str, str]) -> None:
    found = await captured(user, text=text)

    nothing: dict[str, None] = dict.fromkeys(("company", "location", "salary_range", "source", "job_url"))
    assert found == nothing | {"title": "Tram Driver", "description": text, "read_from": "text"} | expected


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://www.linkedin.com/jobs/view/5", "LinkedIn"),
        ("https://de.indeed.com/viewjob?jk=5", "Indeed"),
        ("https://boards.greenhouse.io/a/jobs/5", "Greenhouse"),
        ("https://acme.wd3.myworkdayjobs.com/en/5", "Workday"),
        ("https://WWW.Trams.example:8443/5", "trams.example"),
    ],
)
async def test_an_address_alone_names_its_source(user: SignedIn, url: str, source: str) -> None:
    found = await captured(user, url=url)

    nothing: dict[str, None] = dict.fromkeys(FIELDS)
    assert found == nothing | {"job_url": url, "source": source, "read_from": "url"}


async def test_what_was_captured_can_be_stored_as_it_is(user: SignedIn) -> None:
    found = await captured(user, html=page(POSTING), url="https://jobs.example/5")
    before = (await user.get("/api/v1/positions")).json()["total"]

    stored = await user.post("/api/v1/positions", found)

    assert before == 0
    assert stored.status_code == 201, stored.text
    assert {field: stored.json()[field] for field in FIELDS} == {field: found[field] for field in FIELDS}


async def test_a_posting_is_read_beside_the_event_loop(user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def noting(**pasted: str | None) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return propose(url=pasted["url"], text=pasted["text"], html=pasted["html"])

    monkeypatch.setattr("app.api.routers.capture.propose", noting)

    await captured(user, text="Tram Driver")

    assert len(threads) == 1
    assert threads != [threading.current_thread()]


async def test_no_address_in_a_posting_is_visited(user: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[object] = []

    async def visited(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.append(writer.get_extra_info("peername"))
        writer.close()

    def looked_up(*asked: object, **_options: object) -> list[object]:
        visits.append(asked)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    async with await asyncio.start_server(visited, "127.0.0.1", 0) as server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        for base in (address, "http://jobs.example", "file:///etc/passwd"):
            content = (
                f'<!DOCTYPE html SYSTEM "{base}/a.dtd" [<!ENTITY e SYSTEM "{base}/e">]><html><head>'
                f'<base href="{base}/">'
                f'<link rel="stylesheet" href="{base}/s.css"><meta http-equiv="refresh" content="0;{base}/r">'
                f'<script src="{base}/s.js"></script></head><body>&e;<img src="{base}/i.png">'
                f'<iframe src="{base}/f"></iframe><object data="{base}/o"></object></body></html>'
            )
            posting = POSTING | {"@context": f"{base}/context", "url": f"{base}/5", "@import": f"{base}/i"}
            found = await captured(user, url=f"{address}/job", html=content + page(posting))
            assert found["title"] == "Tram Driver"
        # The server works: it does hear of whoever comes.
        assert visits == []
        _, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.close()
        await writer.wait_closed()


MEBIBYTE = 1024 * 1024
HOSTILE = {
    "nested 10,000 deep": "<div>" * 10_000 + "<h1>Tram Driver</h1>" + "</div>" * 10_000,
    "nested to the end": "<div>" * 200_000,
    "nested, and ends of what is not open": "<div>" * 90_000 + "</b>" * 130_000,
    "formats without an end": "".join(f"<b {number}>" for number in range(30_000)) + "<p>x</b>" * 50_000,
    "tables in formats": "<table><b><tr><font>" * 45_000,
    "comments without an end": "<!--" * 240_000,
    "declarations": "<!" * 400_000,
    "attributes": "<p " + " ".join(f"a{number}=1" for number in range(90_000)) + ">",
    "quotes without an end": "<a b='" * 150_000,
    "scripts": "<script>" + "<!--<script>" * 80_000,
    "angle brackets": "<" * 900_000,
    "a number without an end": "&#" + "9" * 900_000,
    "JSON nested deep": '<script type="application/ld+json">' + "[" * 900_000 + "</script>",
    "JSON with long numbers": '<script type="application/ld+json">' + "9" * 900_000 + "</script>",
    "many postings": '<script type="application/ld+json">[' + '{"@type":"JobPosting"},' * 30_000 + "{}]</script>",
    "many properties": '<div itemscope itemtype="JobPosting">' + "<b itemprop=title>x" * 40_000,
    "many items": "<i itemscope itemprop=a itemtype=JobPosting>" * 20_000,
    "headings in headings": "<h1>x" * 100_000,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_html_is_read_in_bounded_steps(user: SignedIn, content: str) -> None:
    assert len(content) < MEBIBYTE

    found = await captured(user, html=content, url="https://jobs.example/5")

    assert found["job_url"] == "https://jobs.example/5"
    if content is HOSTILE["nested 10,000 deep"]:
        assert found["title"] == "Tram Driver"


PLACES_OF_A_LONG_NAME = [
    {"@type": "JobPosting", "title": "Tram Driver", "jobLocation": [{"@id": "a"}] * 10},
    {"@id": "a", "address": {key: {"@id": "b"} for key in ("addressLocality", "addressRegion", "addressCountry")}},
    {"@id": "b", "name": "<i>" * 100_000},
]


@pytest.mark.parametrize(
    "content",
    [
        "<h1><div>" * 9_900,
        '<div itemscope itemtype="JobPosting">' + "<div itemprop=a>" * 490 + "<p>" * 150_000,
        '<div itemscope itemtype="JobPosting">' + "<div itemprop=a>" * 490 + "x " * 300_000,
        page(PLACES_OF_A_LONG_NAME),
    ],
    ids=["headings", "pieces in properties", "text in properties", "one name in many places"],
)
def test_what_is_shared_by_many_is_not_read_for_each(monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    read: list[int] = []

    def lines(text: str) -> str:
        read.append(len(text))
        return text_lines(text)

    def whole(html: str) -> HtmlPage:
        read.append(len(html))
        return read_page(html)

    for module in ("html_page", "job_posting", "capture"):
        monkeypatch.setattr(f"app.services.postings.{module}.text_lines", lines, raising=False)
        monkeypatch.setattr(f"app.services.postings.{module}.read_page", whole, raising=False)

    propose(url=None, text=None, html=content)

    assert len(content) < sum(read) < 5 * MEBIBYTE


async def test_what_no_position_can_hold_is_left_out(user: SignedIn) -> None:
    posting = {
        "title": "Tram \ud83d Driver\x00",
        "hiringOrganization": "\u200b\x00",
        "jobLocation": "\u0958" * 150,
        "baseSalary": float("nan"),
        "url": f"https://jobs.example/{'5' * 2000}",
    }

    found = await captured(user, html=page({"@type": "JobPosting"} | posting))

    assert found["title"] == "Tram  Driver"
    assert found["location"] == "\u0915\u093c" * 100
    assert [found[field] for field in ("company", "salary_range", "job_url")] == [None] * 3
    stored = await user.post("/api/v1/positions", found | {"company": "City Transport"})
    assert stored.status_code == 201, stored.text


@pytest.mark.parametrize("body", [{}, {"url": " ", "text": "", "html": None}])
async def test_nothing_to_read_is_refused(user: SignedIn, body: dict[str, Any]) -> None:
    error = assert_envelope(await user.post(CAPTURE, body), "VALIDATION_ERROR")

    assert error["field_errors"] == {"text": "This field is required without url and html"}


async def test_wrong_fields_are_named(user: SignedIn) -> None:
    answer = await user.post(CAPTURE, {"url": "ftp://jobs.example", "text": "a\0b", "html": 5})

    assert assert_envelope(answer, "VALIDATION_ERROR")["field_errors"] == {
        "url": "Must be a valid URL (http or https)",
        "text": "Must not contain NUL characters",
        "html": "Must be text",
    }


async def test_a_page_over_a_mebibyte_is_refused(user: SignedIn) -> None:
    assert_envelope(await user.post(CAPTURE, {"html": "x" * MEBIBYTE}), "PAYLOAD_TOO_LARGE")
