"""Contacts: people, and the positions that they have to do with."""

from typing import Any

import pytest

from tests.support.probing import UNKNOWN_ID, assert_envelope
from tests.support.users import SignedIn

CONTACTS = "/api/v1/contacts"


async def contact(user: SignedIn, **body: Any) -> dict[str, Any]:
    response = await user.post(CONTACTS, {"name": "Grace Hopper"} | body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_a_contact_is_kept_with_its_positions(user: SignedIn) -> None:
    positions = sorted([(await user.position())["id"] for _ in range(2)])
    body = {
        "name": " Grace Hopper ",
        "company": "Acme",
        "role": "Recruiter",
        "email": "Grace@Example.com",
        "phone": "+1 555 0100",
        "profile_url": "https://example.com/in/grace",
        "notes": "Met at the meetup",
        "position_ids": [*positions, positions[0]],
    }

    created = await contact(user, **body)

    expected = body | {"name": "Grace Hopper", "email": "Grace@example.com", "position_ids": positions}
    assert created == expected | {key: created[key] for key in ("id", "created_at", "updated_at")}
    assert (await user.get(f"{CONTACTS}/{created['id']}")).json() == created


async def test_only_the_name_is_required(user: SignedIn) -> None:
    blank = dict.fromkeys(("company", "role", "email", "phone", "profile_url", "notes", "position_ids"))

    created = await contact(user, **blank)

    assert {name: created[name] for name in blank} == blank | {"position_ids": []}
    refused = await user.post(CONTACTS, {"name": " ", "email": "nobody", "profile_url": "javascript:1"})
    assert set(assert_envelope(refused, "VALIDATION_ERROR")["field_errors"]) == {"name", "email", "profile_url"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_change_is_partial_and_replaces_the_list_of_positions(user: SignedIn, method: str) -> None:
    one, two, three = [(await user.position())["id"] for _ in range(3)]
    created = await contact(user, company="Acme", position_ids=[one, two])
    path, send = f"{CONTACTS}/{created['id']}", user.put if method == "PUT" else user.patch

    renamed = (await send(path, {"name": "Grace", "company": None})).json()
    moved = (await send(path, {"position_ids": [three, two]})).json()

    assert renamed == created | {"name": "Grace", "company": None, "updated_at": renamed["updated_at"]}
    assert moved == renamed | {"position_ids": sorted([two, three]), "updated_at": moved["updated_at"]}
    assert moved["updated_at"] > renamed["updated_at"]
    assert (await user.get(path)).json() == moved
    assert (await send(path, {"position_ids": []})).json()["position_ids"] == []
    assert (await send(path, {"position_ids": None})).status_code == 422


async def test_the_list_is_by_name_and_can_be_narrowed(user: SignedIn) -> None:
    position = await user.position()
    ada = await contact(user, name="ada", company="100%_Acme", position_ids=[position["id"]])
    bob = await contact(user, name="Bob")

    assert (await user.get(CONTACTS)).json()["contacts"] == [ada, bob]
    page = (await user.get(CONTACTS, per_page=1, page=2)).json()
    assert (page["contacts"], page["total"], page["has_prev"]) == ([bob], 2, True)
    for narrowed, expected in (
        ({"position_id": position["id"]}, [ada]),
        ({"search": "OB"}, [bob]),
        ({"search": "0%_a"}, [ada]),
        ({"search": "%"}, [ada]),
        ({"position_id": UNKNOWN_ID}, []),
    ):
        assert (await user.get(CONTACTS, **narrowed)).json()["contacts"] == expected, narrowed


async def test_a_contact_outlives_its_positions(user: SignedIn) -> None:
    kept, gone = await user.position(), await user.position()
    created = await contact(user, position_ids=[kept["id"], gone["id"]])

    assert (await user.delete(f"/api/v1/positions/{gone['id']}")).status_code == 204

    assert (await user.get(f"{CONTACTS}/{created['id']}")).json()["position_ids"] == [kept["id"]]
    assert (await user.delete(f"{CONTACTS}/{created['id']}")).status_code == 204
    assert (await user.get(f"{CONTACTS}/{created['id']}")).status_code == 404
    assert (await user.get(f"/api/v1/positions/{kept['id']}")).status_code == 200


@pytest.mark.parametrize("ids", [[UNKNOWN_ID], ["theirs"], ["mine", "theirs"], ["mine", UNKNOWN_ID]])
async def test_what_is_not_the_user_s_cannot_be_linked(user: SignedIn, other_user: SignedIn, ids: list[str]) -> None:
    owned = {"mine": (await user.position())["id"], "theirs": (await other_user.position())["id"]}
    named = [owned.get(name, name) for name in ids]
    created = await contact(user)

    for refused in (
        await user.post(CONTACTS, {"name": "Eve", "position_ids": named}),
        await user.put(f"{CONTACTS}/{created['id']}", {"name": "Eve", "position_ids": named}),
    ):
        assert refused.status_code == 404
        assert assert_envelope(refused, "RESOURCE_NOT_FOUND")["details"]["resource_id"] == named[-1]
    assert (await user.get(CONTACTS)).json()["contacts"] == [created]


async def test_a_contact_has_so_many_positions_at_most(user: SignedIn) -> None:
    refused = await user.post(CONTACTS, {"name": "Eve", "position_ids": [UNKNOWN_ID] * 1000})

    assert refused.status_code == 422
    assert set(assert_envelope(refused)["field_errors"]) == {"position_ids"}
    assert (await user.get(CONTACTS)).json()["total"] == 0


async def test_another_user_s_are_not_there(user: SignedIn, other_user: SignedIn) -> None:
    theirs = await contact(other_user)

    for refused in (
        await user.get(f"{CONTACTS}/{theirs['id']}"),
        await user.put(f"{CONTACTS}/{theirs['id']}", {"name": "Eve"}),
        await user.delete(f"{CONTACTS}/{theirs['id']}"),
    ):
        assert refused.status_code == 404
    assert (await other_user.get(CONTACTS)).json()["contacts"] == [theirs]
