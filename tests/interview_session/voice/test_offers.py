"""The bodies of a call's set-up, before anything is made of them: the process here has no voice."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.support.probing import assert_envelope
from tests.support.rooms import Room, open_room
from tests.support.users import SignedIn

OFFER = "/api/offer"
NUL = "Must not contain NUL characters"
NOT_UNICODE = "Must be valid Unicode text"
BAD_TEXTS = [("a\\u0000b", NUL), ("a\\ud800b", NOT_UNICODE)]


@pytest.fixture
async def room(app: FastAPI, user: SignedIn) -> Room:
    return await open_room(app, user, 10)


async def send(method: str, user: SignedIn, content: str) -> httpx.Response:
    """Send a body as it is: httpx would not write a lone surrogate."""
    headers = user.headers | {"Content-Type": "application/json"}
    return await user.client.request(method, OFFER, headers=headers, content=content)


def errors_of(response: httpx.Response) -> Any:
    assert response.status_code == 422, response.text
    return assert_envelope(response, "VALIDATION_ERROR")["field_errors"]


@pytest.mark.parametrize(("bad", "sentence"), BAD_TEXTS)
@pytest.mark.parametrize("field", ["sdp", "type", "pc_id"])
async def test_no_text_of_an_offer_holds_what_is_no_text(
    user: SignedIn, room: Room, field: str, bad: str, sentence: str
) -> None:
    texts = {"room_id": room.id, "sdp": "v=0", "type": "offer", "pc_id": "peer"} | {field: bad}
    content = ", ".join(f'"{name}": "{text}"' for name, text in texts.items())

    assert errors_of(await send("POST", user, f"{{{content}}}")) == {field: sentence}


@pytest.mark.parametrize(("bad", "sentence"), BAD_TEXTS)
async def test_nor_does_its_room(user: SignedIn, bad: str, sentence: str) -> None:
    response = await send("POST", user, f'{{"room_id": "{bad}", "sdp": "v=0", "type": "offer"}}')

    assert errors_of(response).keys() == {"room_id"}


@pytest.mark.parametrize(("bad", "sentence"), BAD_TEXTS)
@pytest.mark.parametrize(
    ("content", "field"),
    [
        ('"pc_id": "BAD", "candidates": []', "pc_id"),
        ('"pc_id": "x", "candidates": [{"candidate": "BAD"}]', "candidates.0.candidate"),
        (
            '"pc_id": "x", "candidates": [{"candidate": ""}, {"candidate": "", "sdpMid": "BAD"}]',
            "candidates.1.sdpMid",
        ),
        ('"pc_id": "x", "candidates": [{"candidate": "", "sdp_mid": "BAD"}]', "candidates.0.sdp_mid"),
    ],
)
async def test_no_text_of_a_candidate_holds_what_is_no_text(
    user: SignedIn, content: str, field: str, bad: str, sentence: str
) -> None:
    response = await send("PATCH", user, f"{{{content.replace('BAD', bad)}}}")

    assert errors_of(response) == {field: sentence}


async def test_a_blank_room_is_a_missing_one(user: SignedIn) -> None:
    for blank in ({"room_id": ""}, {"room_id": "  "}, {"room_id": None}, {}):
        response = await user.post(OFFER, {"sdp": "v=0", "type": "offer"} | blank)
        assert errors_of(response) == {"room_id": "This field is required"}


async def test_blanks_around_the_room_do_not_count(user: SignedIn, room: Room) -> None:
    response = await user.post(OFFER, {"room_id": f" {room.id} ", "sdp": "v=0", "type": " offer "})

    # The room was found; what is missing is the voice.
    assert response.status_code == 503, response.text
