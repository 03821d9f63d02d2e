"""The way back from an import: what it made goes, and nothing else."""

from typing import Any
from uuid import uuid4

from tests.api.test_import import IMPORT, POSITIONS, send, stored
from tests.support.users import SignedIn, sign_up

FILE = "title,company,notes\nBaker,Acme,Rang me\nCook,Acme,\n"


async def imported(user: SignedIn, content: str = FILE, **headers: str) -> dict[str, Any]:
    response = await send(user, content, **headers)
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_what_an_import_made_goes_with_all_that_was_added_to_it(user: SignedIn) -> None:
    mine = await user.position(title="Gardener")
    other = await imported(user, "title,company\nDriver,Acme\n")
    answer = await imported(user)
    baker = next(position for position in await stored(user) if position["title"] == "Baker")
    await user.interview(baker["id"])

    response = await user.delete(f"{IMPORT}/{answer['import_id']}")

    assert response.status_code == 204
    assert [position["title"] for position in await stored(user)] == ["Driver", "Gardener"]
    assert (await user.get(f"{POSITIONS}/{baker['id']}/notes")).status_code == 404
    assert (await user.get(f"{POSITIONS}/{mine['id']}")).status_code == 200
    again = await user.delete(f"{IMPORT}/{answer['import_id']}")
    assert (again.status_code, again.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert other["import_id"] != answer["import_id"]


async def test_what_is_left_of_an_import_can_be_undone(user: SignedIn) -> None:
    answer = await imported(user)
    await user.delete(f"{POSITIONS}/{(await stored(user))[0]['id']}")

    assert (await user.delete(f"{IMPORT}/{answer['import_id']}")).status_code == 204
    assert await stored(user) == []


async def test_nobody_undoes_what_another_has_imported(user: SignedIn) -> None:
    answer = await imported(user)
    stranger = await sign_up(user.client)

    for import_id in (answer["import_id"], str(uuid4())):
        assert (await stranger.delete(f"{IMPORT}/{import_id}")).status_code == 404
    assert len(await stored(user)) == 2


async def test_an_import_stays_while_a_position_of_it_is_practised_for(user: SignedIn) -> None:
    answer = await imported(user)
    position_id = (await stored(user))[0]["id"]
    plan = await user.post("/api/v1/mock-interviews/two-minute-demo/copy")
    await user.patch(f"/api/v1/mock-interviews/{plan.json()['id']}", {"position_id": position_id})
    body = {"room_id": f"undo-{uuid4().hex[:8]}", "mock_interview_id": plan.json()["id"]}
    room = await user.post("/api/start-interview", body)
    assert room.status_code == 200, room.text

    response = await user.delete(f"{IMPORT}/{answer['import_id']}")

    assert (response.status_code, response.json()["error"]["code"]) == (400, "BUSINESS_LOGIC_ERROR")
    assert len(await stored(user)) == 2


async def test_the_same_import_sent_twice_is_undone_once(user: SignedIn) -> None:
    first = await imported(user, **{"Idempotency-Key": "one"})
    second = await imported(user, **{"Idempotency-Key": "one"})

    assert first["import_id"] == second["import_id"]
    assert (await user.delete(f"{IMPORT}/{first['import_id']}")).status_code == 204
    assert await stored(user) == []


async def test_an_import_of_nothing_new_has_nothing_to_undo(user: SignedIn) -> None:
    await imported(user)
    response = await send(user, FILE, query="?skip_duplicates=true")

    assert (response.status_code, response.json()["imported"], response.json()["import_id"]) == (201, 0, None)


async def test_a_dry_run_shows_wrong_rows_as_they_are_written(user: SignedIn) -> None:
    content = "Job,Employer,Stage,Min. Salary,Max. Salary,Mood\nBaker,,dreaming,10,20,fine\nCook,Acme,applied,,,\n"
    response = await send(user, content, query="?dry_run=true")

    [wrong] = response.json()["errors"]
    assert wrong["cells"] == {"title": "Baker", "status": "dreaming", "salary_range": "10 · 20"}
    assert set(wrong["field_errors"]) == {"company", "status"}


async def test_a_dry_run_shows_the_rows_behind_any(user: SignedIn) -> None:
    content = "title,company\n" + "".join(f"Job {number},Acme\n" for number in range(2, 453))
    shown = []
    for rows_after in (0, 201, 401, 452):
        response = await send(user, content, query=f"?dry_run=true&rows_after={rows_after}")
        assert response.status_code == 200, response.text
        shown.append([row["row"] for row in response.json()["rows"]])

    assert shown == [list(range(2, 202)), list(range(202, 402)), list(range(402, 453)), []]
    refused = await send(user, content, query="?dry_run=true&rows_after=-1")
    assert set(refused.json()["error"]["field_errors"]) == {"rows_after"}
