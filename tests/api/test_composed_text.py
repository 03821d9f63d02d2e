"""Text is compared as people read it: whatever way it comes in, it is kept in Unicode's composed form."""

import unicodedata
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import TypeAdapter

from app.schemas.fields import Email, Password, Tag, Title, Username, WebAddress
from tests.support.users import PASSWORD, SignedIn, sign_in

COMPOSED = "Café Ångström"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
POSITIONS = "/api/v1/positions"
AUTH = "/api/v1/auth"
HIDDEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "right-to-left mark": "\u200f",
    "soft hyphen": "\xad",
    "byte order mark": "\ufeff",
    "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164",
    "Braille blank": "\u2800",
    "variation selector": "\ufe0f",
    "tag character": "\U000e0041",
    "reserved tag": "\U000e0002",
    "reserved sign": "\u2065",
    "Khitan filler": "\U00016fe4",
    "no-break space": "\xa0",
    "line separator": "\u2028",
    "tabulator": "\t",
    "control character": "\x07",
}


def test_the_samples_differ_and_look_the_same() -> None:
    assert COMPOSED != DECOMPOSED
    assert unicodedata.normalize("NFC", DECOMPOSED) == COMPOSED


async def test_bodies_and_query_parameters_mean_the_same_either_way(user: SignedIn) -> None:
    made = await user.position(company=DECOMPOSED, title=DECOMPOSED, tags=[DECOMPOSED, COMPOSED])

    assert (made["company"], made["title"], made["tags"]) == (COMPOSED, COMPOSED, [COMPOSED])
    for name in ("search", "company", "tag"):
        for text in (COMPOSED, DECOMPOSED):
            found = (await user.get(POSITIONS, **{name: text})).json()
            assert found["total"] == 1, (name, text)


async def test_paths_mean_the_same_either_way(user: SignedIn) -> None:
    category = f"{DECOMPOSED} {uuid4().hex}"
    body = {"name": "Chair", "price": 1, "category": category, "stock": 1}
    assert (await user.post("/api/v1/products", body)).status_code == 201

    for text in (category, unicodedata.normalize("NFC", category)):
        assert (await user.get(f"/api/v1/products/category/{text}")).json()["total"] == 1


async def test_an_import_is_composed_too(user: SignedIn) -> None:
    content = f"title,company,tags\nEngineer,{DECOMPOSED},{DECOMPOSED}; x\n".encode()
    headers = user.headers | {"Content-Type": "text/csv"}

    assert (await user.client.post(f"{POSITIONS}/import", content=content, headers=headers)).status_code == 201

    (position,) = (await user.get(POSITIONS, company=COMPOSED)).json()["positions"]
    assert position["tags"] == [COMPOSED, "x"]


async def test_plans_are_composed_whoever_wrote_them(user: SignedIn) -> None:
    field: dict[str, Any] = {
        "sequence": 1,
        "question_id": "q1",
        "question_type": "technical",
        "duration": 5,
        "instructions": DECOMPOSED,
        "question": DECOMPOSED,
        "follow_ups": [DECOMPOSED, {"text": DECOMPOSED, "about": [DECOMPOSED]}],
        "hints": [DECOMPOSED],
        "rubric": [DECOMPOSED],
        "paraphrase": DECOMPOSED,
    }
    made = await user.post("/api/v1/mock-interviews", {"title": DECOMPOSED, "planner_fields": [field]})

    assert made.status_code == 201, made.text
    assert DECOMPOSED not in made.text
    assert made.text.count(COMPOSED) == 9


async def test_a_password_holds_whatever_the_keyboard_writes(client: httpx.AsyncClient) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": f"{PASSWORD} {DECOMPOSED}", "first_name": "Ada"}
    assert (await client.post(f"{AUTH}/register", json=body)).status_code == 201

    user = await sign_in(client, email, f"{PASSWORD} {COMPOSED}")

    change = {"current_password": f"{PASSWORD} {DECOMPOSED}", "new_password": DECOMPOSED}
    assert (await user.post(f"{AUTH}/change-password", change)).status_code == 200
    await sign_in(client, email, COMPOSED)


async def test_an_email_and_a_username_are_the_same_either_way(client: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    first = {"email": f"{mark}é@example.com", "username": f"{mark} é", "password": PASSWORD}
    again = {name: unicodedata.normalize("NFD", text) for name, text in first.items()}
    assert (await client.post(f"{AUTH}/register", json=first)).status_code == 201

    same_email = await client.post(f"{AUTH}/register", json=again | {"username": f"{mark} other"})
    same_name = await client.post(f"{AUTH}/register", json=again | {"email": f"{mark}@example.org"})

    assert (same_email.status_code, same_name.status_code) == (409, 409)
    assert (await sign_in(client, again["email"])).email == again["email"]


@pytest.mark.parametrize("character", HIDDEN.values(), ids=HIDDEN)
async def test_names_that_identify_hide_nothing(client: httpx.AsyncClient, character: str) -> None:
    body = {
        "email": f"ada{character}{uuid4().hex}@example.com",
        "username": f"ada{character}{uuid4().hex}",
        "first_name": f"Ada{character}B",
        "password": PASSWORD,
    }

    refused = await client.post(f"{AUTH}/register", json=body)

    sentence = "Must not contain invisible characters"
    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {"email": sentence, "username": sentence}


@pytest.mark.parametrize("kind", [Email, Password, Tag, Title, Username, WebAddress])
def test_a_lone_surrogate_is_refused_and_does_no_harm(kind: Any) -> None:
    with pytest.raises(ValueError, match="unicode"):
        TypeAdapter(kind).validate_python("é\ud800")


@pytest.mark.parametrize("blank", ["=", "=%20", "", "=%E2%80%8B"])
async def test_a_blank_parameter_of_any_route_counts_as_not_sent(user: SignedIn, blank: str) -> None:
    room = {"room_id": uuid4().hex, "mock_interview_id": "two-minute-demo"}
    assert (await user.post("/api/start-interview", room)).status_code == 200
    path = f"/api/interview/{room['room_id']}/events"

    head = await user.client.head(f"{path}?last_event_id{blank}", headers=user.headers)
    wrong = await user.client.head(f"{path}?last_event_id=x", headers=user.headers)

    assert (head.status_code, wrong.status_code) == (200, 422)
