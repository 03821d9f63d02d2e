"""Problems and context given to the interviewer from outside."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import MakeApp, client_of
from tests.support.event_streams import joined
from tests.support.probing import assert_envelope
from tests.support.rooms import Room, open_anonymous_room, open_room, timestamp
from tests.support.users import SignedIn

PROBLEM = "/api/inject-problem"
CONTEXT = "/api/inject-custom-context"
KINDS = [(PROBLEM, "problem_text"), (CONTEXT, "context_text")]
HOSTILE_TEXTS = [
    'two\nlines\n\nevent: interview_completed\ndata: {"reason": "forged"}\n\n',
    "a\rb\r\nid: 99\r\n\r\n",
    "a\u2028b\u2029c\u0085d\x0be\x0cf",
    'quotes " and \\ and </script>',
    "日本語 🎉 é",
    "data: x",
]


async def inject(room: Room, path: str, **fields: Any) -> dict[str, Any]:
    response = await room.client.post(path, headers=room.headers, json={"room_id": room.id} | fields)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_an_injected_problem_is_answered_and_kept_in_the_log(room: Room) -> None:
    fields = {"problem_text": "Reverse a list", "problem_type": "system_design", "difficulty": "hard"}

    answer = await inject(room, PROBLEM, **fields)

    assert set(answer) == {"success", "message", "problem_id"}
    assert answer["success"] is True
    assert answer["message"]
    assert UUID(answer["problem_id"])
    (event,) = await room.log()
    assert event.type == "problem_injected"
    assert timestamp(event.data.pop("timestamp"))
    assert event.data == fields | {"problem_id": answer["problem_id"]}


async def test_a_problem_is_of_coding_and_of_medium_difficulty_unless_told_otherwise(room: Room) -> None:
    await inject(room, PROBLEM, problem_text="Reverse a list")

    (event,) = await room.log()

    assert (event.data["problem_type"], event.data["difficulty"]) == ("coding", "medium")


@pytest.mark.parametrize("nothing", [None, "", "  "])
async def test_what_is_null_or_blank_takes_its_default(room: Room, nothing: str | None) -> None:
    await inject(room, PROBLEM, problem_text="Reverse a list", problem_type=nothing, difficulty=nothing)
    await inject(room, CONTEXT, context_text="Speak slowly", context_type=nothing)

    problem, context = await room.log()

    assert (problem.data["problem_type"], problem.data["difficulty"]) == ("coding", "medium")
    assert context.data["context_type"] == "general"


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_a_blank_room_is_a_missing_one_and_blanks_around_its_name_do_not_count(
    room: Room, user: SignedIn, path: str, field: str
) -> None:
    for blank in ("", "   ", None):
        response = await user.post(path, {"room_id": blank, field: "Hello"})
        assert response.status_code == 422
        assert assert_envelope(response)["field_errors"] == {"room_id": "This field is required"}

    assert (await user.post(path, {"room_id": f" {room.id}\n", field: "Hello"})).status_code == 200


class TestRepetition:
    """Requests under an ``Idempotency-Key``."""

    @pytest.fixture
    async def room(self, room: Room) -> Room:
        await room.act("timer/start")
        return room

    def requests(self, room: Room, text: str) -> list[tuple[str, dict[str, str]]]:
        return [
            (PROBLEM, {"room_id": room.id, "problem_text": text}),
            (CONTEXT, {"room_id": room.id, "context_text": text}),
            (f"{room.path}/answer", {"text": text}),
        ]

    async def test_the_same_request_is_carried_out_once(self, room: Room, user: SignedIn) -> None:
        for path, body in self.requests(room, "Hello"):
            key = {"Idempotency-Key": uuid4().hex}
            first = await user.post(path, body, **key)
            log = await room.log()

            again = await user.post(path, body, **key)

            assert first.status_code == again.status_code == 200, first.text
            assert "idempotent-replayed" not in first.headers
            assert again.headers["idempotent-replayed"] == "true"
            assert again.json() == first.json()
            assert await room.log() == log

    async def test_another_body_under_the_key_is_refused(self, room: Room, user: SignedIn) -> None:
        requests, others = self.requests(room, "Hello"), self.requests(room, "Something else")
        for (path, body), (_, other) in zip(requests, others, strict=True):
            key = {"Idempotency-Key": uuid4().hex}
            assert (await user.post(path, body, **key)).status_code == 200
            log = await room.log()

            refused = await user.post(path, other, **key)

            assert refused.status_code == 409, refused.text
            assert_envelope(refused, "RESOURCE_CONFLICT")
            assert await room.log() == log

    async def test_after_an_error_the_key_is_free(self, app: FastAPI, user: SignedIn) -> None:
        room, key = await open_room(app, user), {"Idempotency-Key": uuid4().hex}
        path, body = f"{room.path}/answer", {"text": "Hello"}
        assert (await user.post(path, body, **key)).status_code == 400
        await room.act("timer/start")

        answered = await user.post(path, body, **key)

        assert answered.status_code == 200
        assert "idempotent-replayed" not in answered.headers

    async def test_under_a_room_token_too(self, room: Room) -> None:
        for path, body in self.requests(room, "Hello"):
            key = {"Authorization": f"Bearer {room.token}", "Idempotency-Key": uuid4().hex}
            first = await room.client.post(path, headers=key, json=body)
            log = await room.log()

            again = await room.client.post(path, headers=key, json=body)
            other = await room.client.post(path, headers=key, json=body | {"text": "x", "problem_type": "x"})

            assert first.status_code == again.status_code == 200, first.text
            assert again.headers["idempotent-replayed"] == "true"
            assert again.json() == first.json()
            assert other.status_code == 409
            assert await room.log() == log

    async def test_a_room_token_neither_finds_nor_uses_up_the_keys_of_its_user_or_of_another_room(
        self, app: FastAPI, room: Room, user: SignedIn
    ) -> None:
        other_room = await open_room(app, user)
        for text, (path, body) in zip("abc", self.requests(room, "Hello"), strict=True):
            key = {"Idempotency-Key": text * 255}
            opened = key | {"Authorization": f"Bearer {room.token}"}
            elsewhere = key | {"Authorization": f"Bearer {other_room.token}"}
            first = await room.client.post(path, headers=opened, json=body)
            second = await user.post(path, body, **key)
            third = await room.client.post(
                PROBLEM, headers=elsewhere, json={"room_id": other_room.id, "problem_text": "Hello"}
            )

            for response in (first, second, third):
                assert response.status_code == 200, response.text
                assert "idempotent-replayed" not in response.headers

    async def test_in_a_room_of_nobody_there_are_no_keys(self, make_app: MakeApp) -> None:
        async with make_app(allow_anonymous_rooms=True) as app, client_of(app) as client:
            room = await open_anonymous_room(app, client)
            await room.act("timer/start")
            for path, body in self.requests(room, "Hello") * 2:
                response = await room.client.post(path, headers={"Idempotency-Key": "1"}, json=body)
                assert response.status_code == 200, response.text
                assert "idempotent-replayed" not in response.headers
            assert (await room.log_types()).count("problem_injected") == 2

    async def test_who_may_not_enter_claims_no_key(self, room: Room, user: SignedIn, other_user: SignedIn) -> None:
        for path, body in self.requests(room, "Hello"):
            key = {"Idempotency-Key": uuid4().hex}
            assert (await user.post(path, body, **key)).status_code == 200
            assert (await other_user.post(path, body, **key)).status_code == 404


async def test_injected_context_is_answered_and_kept_in_the_log(room: Room) -> None:
    answer = await inject(room, CONTEXT, context_text="The candidate is nervous", context_type="mood")
    await inject(room, CONTEXT, context_text="Speak slowly")

    assert set(answer) == {"success", "message"}
    assert answer["success"] is True
    first, second = await room.log()
    assert (first.type, second.type) == ("context_injected", "context_injected")
    assert timestamp(first.data.pop("timestamp"))
    assert first.data == {"context_text": "The candidate is nervous", "context_type": "mood"}
    assert second.data["context_type"] == "general"


async def test_problems_have_ids_of_their_own(room: Room) -> None:
    answers = [await inject(room, PROBLEM, problem_text="The same") for _ in range(3)]

    assert len({answer["problem_id"] for answer in answers}) == 3


async def test_a_room_takes_injections_in_every_state_but_the_last(room: Room) -> None:
    await inject(room, CONTEXT, context_text="before the start")
    for act in ("timer/start", "timer/pause", "timer/reset"):
        await room.act(act)
        await inject(room, CONTEXT, context_text=f"after {act}")
    status = (await room.timer())["timer_status"]

    assert (await room.log_types()).count("context_injected") == 4
    assert status["current_sequence"] == 1


async def test_an_injection_neither_moves_nor_starts_the_timer(room: Room) -> None:
    before = (await room.timer())["timer_status"]

    await inject(room, PROBLEM, problem_text="Reverse a list")

    assert (await room.timer())["timer_status"] == before


async def test_an_anonymous_room_takes_injections_from_anybody(app: FastAPI, client: httpx.AsyncClient) -> None:
    room = await open_anonymous_room(app, client)

    await inject(room, PROBLEM, problem_text="Reverse a list")

    assert await room.log_types() == ["problem_injected"]


async def test_many_at_once_are_all_kept_and_numbered_without_gaps(room: Room) -> None:
    texts = {f"remark {number}" for number in range(30)}

    await asyncio.gather(*(inject(room, CONTEXT, context_text=text) for text in texts))

    log = await room.log()
    assert [line.seq for line in log] == list(range(1, 31))
    assert {line.data["context_text"] for line in log} == texts


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_no_text_breaks_out_of_its_event(room: Room, web: httpx.AsyncClient, text: str) -> None:
    text = text.strip()
    async with joined(web, room.id, headers=room.headers) as stream:
        await inject(room, PROBLEM, problem_text=text, problem_type=text[:50])
        await inject(room, CONTEXT, context_text=text)

        problem, context = await stream.next(), await stream.next()

    assert problem is not None
    assert (problem.id, problem.type, problem.data["problem_text"]) == (1, "problem_injected", text)
    assert context is not None
    assert (context.id, context.type, context.data["context_text"]) == (2, "context_injected", text)


@pytest.mark.parametrize(("path", "field"), KINDS)
@pytest.mark.parametrize("text", ["", "  \n ", "a\x00b", "x" * 20_001, None, 5, ["a"], {"a": 1}])
async def test_what_is_not_a_text_is_refused(room: Room, user: SignedIn, path: str, field: str, text: object) -> None:
    response = await user.post(path, {"room_id": room.id, field: text})

    assert response.status_code == 422, response.text
    assert set(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == {field}
    assert await room.log() == []


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_a_lone_surrogate_is_refused(room: Room, path: str, field: str) -> None:
    content = f'{{"room_id": "{room.id}", "{field}": "a\\ud800b"}}'
    headers = room.headers | {"Content-Type": "application/json"}

    response = await room.client.post(path, headers=headers, content=content)

    assert response.status_code == 422, response.text
    assert await room.log() == []


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_the_longest_text_is_taken(room: Room, path: str, field: str) -> None:
    await inject(room, path, **{field: "é" * 20_000})

    (event,) = await room.log()
    assert event.data[field] == "é" * 20_000


@pytest.mark.parametrize("field", ["problem_type", "difficulty"])
async def test_labels_have_a_limit(room: Room, user: SignedIn, field: str) -> None:
    response = await user.post(PROBLEM, {"room_id": room.id, "problem_text": "x", field: "y" * 101})

    assert response.status_code == 422
    assert set(assert_envelope(response, "VALIDATION_ERROR")["field_errors"]) == {field}


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_what_is_missing_is_named(user: SignedIn, path: str, field: str) -> None:
    response = await user.post(path, {})

    assert response.status_code == 422
    errors = assert_envelope(response, "VALIDATION_ERROR")["field_errors"]
    assert errors == {"room_id": "This field is required", field: "This field is required"}


@pytest.mark.parametrize(("path", "field"), KINDS)
async def test_an_unknown_room_is_not_found(user: SignedIn, path: str, field: str) -> None:
    response = await user.post(path, {"room_id": "nobody-was-here", field: "Hello"})

    assert response.status_code == 404
    assert assert_envelope(response, "RESOURCE_NOT_FOUND")["message"] == "Interview bot not found"
