"""The console's files over HTTP: what is served, under which rules, and for how long it may be kept."""

import re
from itertools import accumulate, chain
from pathlib import Path

import httpx
import pytest

from app.web.files import STATIC
from tests.conftest import MakeApp, client_of

PAGES = ("/app", "/app/", "/app/rooms/some-room")
FILES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())
SCRIPTS = [name for name in FILES if name.endswith(".js")]
IMPORT = re.compile(
    r"""(?:^|;)\s*(?:import\s*|(?:import|export)\b[^"';=]*\bfrom\s*)["']([^"']+)["']|\bimport\(["']([^"']+)["']\)""",
    re.MULTILINE,
)
PROGRAMS = ("vendor/swagger-ui-", "vendor/redoc-", "docs/")
"""Scripts that are no modules."""


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_html_under_a_strict_policy(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = response.headers["Content-Security-Policy"].split("; ")
    for directive in ("default-src 'self'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"):
        assert directive in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    html = (await client.get(path)).text

    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []
    assert "<style" not in html
    assert re.findall(r"\s(?:style|on\w+)=", html) == []
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert addresses
    for address in addresses:
        assert address.startswith("/app/static/")
        assert (await client.get(address)).status_code == 200


async def test_a_page_answers_head(client: httpx.AsyncClient) -> None:
    response = await client.head("/app/")

    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("name", FILES)
async def test_every_file_is_served_with_its_type_and_its_time(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(f"/app/static/{name}")

    assert response.status_code == 200
    assert response.content == (STATIC / name).read_bytes()
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert response.headers["Content-Type"].startswith(kinds.get(Path(name).suffix, "text/plain"))
    if name.startswith("vendor/"):
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    else:
        assert response.headers["Cache-Control"] == "no-cache"


async def test_a_file_that_has_not_changed_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/app/static/console.css")
    again = await client.get("/app/static/console.css", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "vendor", "a/../router.py", "%2e%2e/router.py", "lib/..%2f..%2frouter.py", "%00", "a" * 5000],
)
async def test_an_unknown_file_is_a_404_in_the_envelope(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(f"/app/static/{path}")

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "RESOURCE_NOT_FOUND"


@pytest.mark.parametrize("path", ["/app/nothing", "/app/rooms", "/app/rooms/a/b", "/app/positions/1", "/app/static"])
async def test_an_unknown_page_is_a_404_and_still_a_page(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 404
    assert '<div id="page">' in response.text


@pytest.mark.parametrize("coding", ["gzip", "br, gzip;q=0.5", "identity", ""])
async def test_a_file_is_compressed_for_whoever_takes_it(client: httpx.AsyncClient, coding: str) -> None:
    response = await client.get("/app/static/console.css", headers={"Accept-Encoding": coding})

    assert ("Content-Encoding" in response.headers) is ("gzip" in coding)
    assert response.content == (STATIC / "console.css").read_bytes()
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("name", [name for name in SCRIPTS if not name.startswith(PROGRAMS)])
def test_a_module_imports_only_files_that_are_here(name: str) -> None:
    module = STATIC / name
    for specifier in filter(None, chain.from_iterable(IMPORT.findall(module.read_text()))):
        assert specifier.startswith("."), f"{specifier} would be loaded from elsewhere"
        assert (module.parent / specifier).resolve().is_relative_to(STATIC)
        assert (module.parent / specifier).is_file(), specifier


@pytest.mark.parametrize("name", [name for name in SCRIPTS if not name.startswith("vendor/")])
def test_our_modules_never_make_markup_of_data(name: str) -> None:
    source = (STATIC / name).read_text()

    for way in ("innerHTML", "outerHTML =", "insertAdjacentHTML", "document.write", "eval(", "new Function"):
        assert way not in source


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".css") and not name.startswith("vendor/")])
def test_what_moves_moves_for_those_who_have_not_asked_for_calm(name: str) -> None:
    rules = re.sub(r"/\*[^*]*\*/", "", (STATIC / name).read_text())
    start = "@media (prefers-reduced-motion: no-preference) {"
    for block in rules.split(start)[1:]:
        depths = accumulate({"{": 1, "}": -1}.get(letter, 0) for letter in block)
        rules = rules.replace(start + block[: list(depths).index(-1)], "")

    assert re.findall(r"(?:transition|animation|scroll-behavior): (?!none|auto)", rules) == []


def test_every_vendored_file_is_accounted_for() -> None:
    folder = STATIC / "vendor"
    notes = (folder / "README.md").read_text()

    for path in folder.glob("*.*"):
        if path.name == "README.md":
            continue
        version = re.search(r"-(\d+\.\d+\.\d+)\.(?:js|css)$", path.name)
        assert version, f"{path.name} is cached for ever and must carry its version"
        assert f"`{path.name}`" in notes
        assert f"@{version[1]}`" in notes
    for licence in re.findall(r"`(licences/[^`]+)`", notes):
        assert (folder / licence).is_file()


@pytest.mark.parametrize(("allowed", "word"), [(True, "allowed"), (False, "refused")])
async def test_the_start_page_says_whether_guests_may_practise(
    make_app: MakeApp, *, allowed: bool, word: str
) -> None:
    async with make_app(allow_anonymous_rooms=allowed) as app, client_of(app) as client:
        assert f'<meta name="guests" content="{word}">' in (await client.get("/app/")).text


async def test_the_console_is_no_part_of_the_api_document(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]

    assert not [path for path in paths if path.startswith("/app")]
