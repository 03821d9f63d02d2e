"""The joined scripts and style sheets: what is in them, and for how long they may be kept."""

import re
from collections import Counter

import httpx
import pytest

from app.web.files import STATIC
from app.web.joined import ROOM, STYLES, address_of, joined_script
from app.web.modules import MAIN, in_order, view_module

VIEWS = (
    "",
    "board",
    "list",
    "add",
    "calendar",
    "statistics",
    "import",
    "practice",
    "practice/new",
    "settings",
    "more",
)
DEFINED = re.compile(r'^if \(!modules\.has\("([^"]+)"\)\)', re.MULTILINE)


@pytest.mark.parametrize("view", VIEWS)
async def test_a_page_names_its_main_script_and_that_of_its_view(client: httpx.AsyncClient, view: str) -> None:
    module = view_module(view)
    assert module is not None
    html = (await client.get(f"/app/{view}")).text
    assert f'<link rel="modulepreload" href="{address_of(module)}">' in html
    assert f'<script type="module" src="{address_of(MAIN)}"></script>' in html
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', html) == [address_of(name) for name in STYLES]


@pytest.mark.parametrize("view", VIEWS)
def test_both_scripts_have_each_module_once_after_what_it_imports(view: str) -> None:
    module = view_module(view)
    assert module is not None
    main, more = DEFINED.findall(joined_script(MAIN)), DEFINED.findall(joined_script(module))
    assert max(Counter(main + more).values()) == 1
    assert set(in_order(module)) <= set(main + more)
    assert main == list(in_order(MAIN))
    assert more == [name for name in in_order(module) if name not in main]


def test_a_room_has_a_script_of_its_own() -> None:
    assert DEFINED.findall(joined_script(ROOM)) == list(in_order(ROOM))


def test_style_sheets_follow_one_another_as_they_are() -> None:
    names = sorted(name for sheets in STYLES.values() for name in sheets)
    there = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.css"))
    assert names == [name for name in there if "swagger-ui" not in name]


async def test_what_is_joined_is_kept_for_ever_under_its_own_digest_alone(client: httpx.AsyncClient) -> None:
    address = address_of(MAIN)
    response = await client.get(address)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Content-Encoding"] == "gzip"

    other = address.replace(address.split("/")[4], "0" * 16)
    assert other != address
    response = await client.get(other)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "name", ["console/nothing.js", "vendor/uplot-1.6.32.js", "console.css", "icon.svg", "..%2frouter.py", ""]
)
async def test_nothing_else_is_joined(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get(address_of("x").removesuffix("x") + name)
    assert response.status_code == 404
