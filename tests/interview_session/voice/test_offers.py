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


@pytest.mark.parametrize("name", ["request_data", "requestData"])
async def test_the_room_may_come_in_what_pipecats_client_sends_along(user: SignedIn, room: Room, name: str) -> None:
    offer = {"sdp": "v=0", "type": "offer", "pc_id": None, "restart_pc": False}

    response = await user.post(OFFER, offer | {name: {"room_id": room.id, "anything": ["else"]}})

    # The room was found; what is missing is the voice.
    assert response.status_code == 503, response.text


async def test_the_bodys_own_room_comes_first_and_the_querys_last(user: SignedIn, room: Room) -> None:
    here, elsewhere = room.id, "nobody-is-here"
    offer = {"sdp": "v=0", "type": "offer"}

    async def status(body: dict[str, Any], query: str) -> int:
        return (await user.post(f"{OFFER}?room_id={query}", offer | body)).status_code

    assert await status({"room_id": here, "request_data": {"room_id": elsewhere}}, elsewhere) == 503
    assert await status({"request_data": {"room_id": here}}, elsewhere) == 503
    assert await status({"room_id": elsewhere, "request_data": {"room_id": here}}, here) == 404
    assert await status({"request_data": {"token": None}}, here) == 503
    assert await status({"request_data": None}, here) == 503


async def test_the_token_in_it_opens_the_room_as_the_querys_does(user: SignedIn, room: Room) -> None:
    def offer(in_body: str, **query: str) -> Any:
        data = {"room_id": room.id, "token": in_body}
        body = {"sdp": "v=0", "type": "offer", "request_data": data}
        return user.client.post(OFFER, json=body, params=query)

    assert (await offer(room.token)).status_code == 503
    assert (await offer("bad")).status_code == 401
    assert (await offer("")).status_code == 403
    # One good token is enough.
    assert (await offer(room.token, token="bad")).status_code == 503
    assert (await offer("bad", token=room.token)).status_code == 503


@pytest.mark.parametrize("data", [[], ["room"], "room", 7, True])
async def test_what_is_sent_along_is_an_object(user: SignedIn, room: Room, data: Any) -> None:
    body = {"room_id": room.id, "sdp": "v=0", "type": "offer", "requestData": data}

    assert errors_of(await user.post(OFFER, body)).keys() == {"requestData"}


@pytest.mark.parametrize("data", [{"room_id": 7}, {"room_id": "no room"}, {"token": ["x"]}, {"token": "x" * 5000}])
async def test_what_it_holds_is_named_where_it_is_wrong(user: SignedIn, room: Room, data: dict[str, Any]) -> None:
    body = {"room_id": room.id, "sdp": "v=0", "type": "offer", "request_data": data}

    assert errors_of(await user.post(OFFER, body)).keys() == {f"request_data.{next(iter(data))}"}


async def test_ten_megabytes_of_it_are_not_read(user: SignedIn, room: Room) -> None:
    data = {"room_id": room.id, "more": "x" * 10_000_000}

    response = await user.post(OFFER, {"sdp": "v=0", "type": "offer", "request_data": data})

    assert response.status_code == 413
