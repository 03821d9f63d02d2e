"""Notes of positions and tasks, which behave like positions themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.support.probing import UNKNOWN_ID, assert_envelope
from tests.support.users import SignedIn

POSITIONS = "/api/v1/positions"
NOTES = "/api/v1/notes"
TASKS = "/api/v1/tasks"


def day(days_from_now: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days_from_now)).date().isoformat()


async def made(user: SignedIn, path: str, **body: Any) -> dict[str, Any]:
    response = await user.post(path, body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def note(user: SignedIn, position: dict[str, Any], **body: Any) -> dict[str, Any]:
    return await made(user, f"{POSITIONS}/{position['id']}/notes", **({"text": "A note"} | body))


class TestNotes:
    async def test_a_note_is_kept_as_it_was_written(self, user: SignedIn) -> None:
        position = await user.position()

        created = await note(
            user, position, text="  They use Go.\n\nAsk about it. ", occurred_at="2024-02-01T10:00:00Z"
        )

        assert created == {
            "id": created["id"],
            "position_id": position["id"],
            "text": "They use Go.\n\nAsk about it.",
            "occurred_at": "2024-02-01T10:00:00Z",
            "created_at": created["created_at"],
            "updated_at": created["updated_at"],
        }
        assert (await user.get(f"{NOTES}/{created['id']}")).json() == created

    async def test_without_a_time_it_is_of_now(self, user: SignedIn) -> None:
        created = await note(user, await user.position(), occurred_at=None)

        assert abs(datetime.fromisoformat(created["occurred_at"]) - datetime.now(UTC)) < timedelta(minutes=1)

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_a_change_is_partial(self, user: SignedIn, method: str) -> None:
        created = await note(user, await user.position(), occurred_at="2024-02-01T10:00:00Z")
        send = user.put if method == "PUT" else user.patch

        changed = await send(f"{NOTES}/{created['id']}", {"text": "Another", "position_id": UNKNOWN_ID})

        assert changed.status_code == 200
        assert changed.json() == created | {"text": "Another", "updated_at": changed.json()["updated_at"]}
        assert changed.json()["updated_at"] > created["updated_at"]

    async def test_the_list_has_the_newest_first_in_pages(self, user: SignedIn) -> None:
        position = await user.position()
        for number in (2, 3, 1):
            await note(user, position, text=str(number), occurred_at=f"2024-02-0{number}")
        await note(user, await user.position(), text="of another position")
        path = f"{POSITIONS}/{position['id']}/notes"

        first, second = [(await user.get(path, page=page, per_page=2)).json() for page in (1, 2)]

        assert [entry["text"] for entry in first["notes"] + second["notes"]] == ["3", "2", "1"]
        assert (first["total"], first["total_pages"], first["has_next"], second["has_next"]) == (3, 2, True, False)
        assert (await user.get(path, page=3, per_page=2)).json()["total"] == 3

    @pytest.mark.parametrize(
        ("body", "errors"),
        [
            ({}, {"text": "This field is required"}),
            ({"text": " \u200b"}, {"text": "This field is required"}),
            ({"text": "x" * 20_001}, {"text": "Must be at most 20000 characters"}),
            ({"text": "a\0b"}, {"text": "Must not contain NUL characters"}),
            ({"text": "a", "occurred_at": "soon"}, {"occurred_at": "Must be a valid date and time (ISO 8601)"}),
            ({"text": "a", "occurred_at": day(3)}, {"occurred_at": "Must not be in the future"}),
            ({"text": "a", "occurred_at": f"{day(1)}T23:00:00Z"}, {"occurred_at": "Must not be in the future"}),
        ],
    )
    async def test_what_is_wrong_is_named(self, user: SignedIn, body: Any, errors: dict[str, str]) -> None:
        position = await user.position()
        created = await note(user, position)

        refused = await user.post(f"{POSITIONS}/{position['id']}/notes", body)
        unchanged = await user.put(f"{NOTES}/{created['id']}", {"text": None} | body)

        for response in (refused, unchanged):
            assert response.status_code == 422
            assert assert_envelope(response, "VALIDATION_ERROR")["field_errors"] == errors
        assert (await user.get(f"{POSITIONS}/{position['id']}/notes")).json()["notes"] == [created]

    async def test_another_user_s_are_not_there(self, user: SignedIn, other_user: SignedIn) -> None:
        position = await other_user.position()
        theirs = await note(other_user, position)

        for response in (
            await user.get(f"{NOTES}/{theirs['id']}"),
            await user.put(f"{NOTES}/{theirs['id']}", {"text": "Mine"}),
            await user.delete(f"{NOTES}/{theirs['id']}"),
            await user.get(f"{POSITIONS}/{position['id']}/notes"),
            await user.post(f"{POSITIONS}/{position['id']}/notes", {"text": "Mine"}),
        ):
            assert response.status_code == 404
            assert_envelope(response, "RESOURCE_NOT_FOUND")
        assert (await other_user.get(f"{NOTES}/{theirs['id']}")).json() == theirs

    async def test_notes_and_tasks_go_with_their_position(self, user: SignedIn) -> None:
        position = await user.position()
        gone = await note(user, position)
        task = await made(user, f"{POSITIONS}/{position['id']}/tasks", title="Ask")
        stays = await made(user, TASKS, title="Rest")

        assert (await user.delete(f"{POSITIONS}/{position['id']}")).status_code == 204

        assert (await user.get(f"{NOTES}/{gone['id']}")).status_code == 404
        assert (await user.get(f"{TASKS}/{task['id']}")).status_code == 404
        assert (await user.get(TASKS)).json()["tasks"] == [stays]

    async def test_a_note_is_activity_of_its_position(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        created = await note(user, position, occurred_at="2024-03-01T10:00:00Z")
        path = f"{POSITIONS}/{position['id']}"
        assert (await user.get(path)).json()["last_activity_at"] == "2024-03-01T10:00:00Z"

        assert (await user.delete(f"{NOTES}/{created['id']}")).status_code == 204

        assert (await user.get(path)).json()["last_activity_at"] == "2024-01-15T00:00:00Z"


class TestTasks:
    async def test_a_task_needs_only_a_title(self, user: SignedIn) -> None:
        created = await made(user, TASKS, title=" Call back ")

        assert created == {
            "id": created["id"],
            "position_id": None,
            "title": "Call back",
            "due_date": None,
            "done_at": None,
            "created_at": created["created_at"],
            "updated_at": created["updated_at"],
        }
        assert (await user.get(f"{TASKS}/{created['id']}")).json() == created

    async def test_both_lists_show_a_position_s_tasks_by_due_date(self, user: SignedIn) -> None:
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}/tasks"
        late = await made(user, path, title="Late", due_date="2026-03-02")
        undated = await made(user, TASKS, title="Some day", position_id=position["id"])
        early = await made(user, path, title="Early", due_date="2026-03-01")
        other = await made(user, TASKS, title="Other", due_date="2026-02-01")

        assert (await user.get(path)).json()["tasks"] == [early, late, undated]
        assert (await user.get(TASKS)).json()["tasks"] == [other, early, late, undated]
        assert (await user.get(TASKS, position_id=position["id"], per_page=1)).json()["total"] == 3
        assert (await user.get(f"{POSITIONS}/{UNKNOWN_ID}/tasks")).status_code == 404

    async def test_open_ones_and_done_ones_can_be_listed_alone(self, user: SignedIn) -> None:
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}/tasks"
        done = await made(user, path, title="Done", done_at="2024-03-01T10:00:00Z")
        still_open = await made(user, path, title="Open")

        for listed in (path, TASKS):
            assert (await user.get(listed, done="true")).json()["tasks"] == [done]
            assert (await user.get(listed, done="false")).json()["tasks"] == [still_open]

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_a_change_is_partial_and_null_clears(self, user: SignedIn, method: str) -> None:
        position = await user.position()
        created = await made(user, TASKS, title="Call", due_date="2026-03-01")
        send = user.put if method == "PUT" else user.patch
        path = f"{TASKS}/{created['id']}"

        done = (await send(path, {"done_at": "2024-03-01", "position_id": position["id"]})).json()
        cleared = (await send(path, {"done_at": None, "due_date": "", "position_id": None})).json()

        assert done == created | {
            "done_at": "2024-03-01T00:00:00Z",
            "position_id": position["id"],
            "updated_at": done["updated_at"],
        }
        assert cleared == created | {"due_date": None, "updated_at": cleared["updated_at"]}
        assert (await send(path, {"title": None})).status_code == 422

    async def test_another_user_s_task_and_position_are_not_there(self, user: SignedIn, other_user: SignedIn) -> None:
        theirs = await made(other_user, TASKS, title="Theirs")
        position = await other_user.position()
        mine = await made(user, TASKS, title="Mine")

        for response in (
            await user.get(f"{TASKS}/{theirs['id']}"),
            await user.put(f"{TASKS}/{theirs['id']}", {"title": "Mine"}),
            await user.delete(f"{TASKS}/{theirs['id']}"),
            await user.post(TASKS, {"title": "Mine", "position_id": position["id"]}),
            await user.put(f"{TASKS}/{mine['id']}", {"position_id": position["id"]}),
            await user.post(f"{POSITIONS}/{position['id']}/tasks", {"title": "Mine"}),
        ):
            assert response.status_code == 404
        assert (await user.get(TASKS)).json()["tasks"] == [mine]
        assert (await user.get(TASKS, position_id=position["id"])).json()["total"] == 0

    async def test_an_open_task_is_the_next_event_and_a_done_one_is_activity(self, user: SignedIn) -> None:
        position = await user.position(application_date="2024-01-15")
        path = f"{POSITIONS}/{position['id']}"
        await made(user, f"{path}/tasks", title="Over", due_date=day(-1))
        await made(user, f"{path}/tasks", title="Some day")
        today = await made(user, f"{path}/tasks", title="Today", due_date=day(0))
        interview = await user.interview(position["id"], scheduled_date=f"{day(2)}T10:00:00Z")

        found = (await user.get(path)).json()
        expected = {"kind": "task", "id": today["id"], "title": "Today", "at": None, "date": day(0)}
        assert found["next_event"] == expected
        assert found["last_activity_at"] == "2024-01-15T00:00:00Z"

        await user.put(f"{TASKS}/{today['id']}", {"done_at": "2024-05-01T08:00:00Z"})
        later = await made(user, f"{path}/tasks", title="Later", due_date=day(3))
        found = (await user.get(path)).json()
        assert (found["next_event"]["kind"], found["next_event"]["id"]) == ("interview", interview["id"])
        assert found["last_activity_at"] == "2024-05-01T08:00:00Z"
        await user.put(f"{TASKS}/{later['id']}", {"due_date": day(2)})
        assert (await user.get(path)).json()["next_event"]["id"] == later["id"]

    async def test_today_is_the_account_s(self, user: SignedIn) -> None:
        """West of everybody today is yesterday for half of the day, and east of everybody tomorrow."""
        position = await user.position()
        path = f"{POSITIONS}/{position['id']}"
        there = datetime.now(UTC) - timedelta(hours=11)
        task = await made(user, f"{path}/tasks", title="Call", due_date=there.date().isoformat())
        await user.patch("/api/v1/auth/me", {"timezone": "Pacific/Pago_Pago"})
        assert (await user.get(path)).json()["next_event"]["id"] == task["id"]

        await user.put(f"{TASKS}/{task['id']}", {"due_date": (there.date() - timedelta(days=1)).isoformat()})

        assert (await user.get(path)).json()["next_event"] is None
        assert date.fromisoformat(position["application_date"]) < there.date()
