"""Products: read by everyone signed in, written by their owner."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.support.users import SignedIn

PRODUCTS = "/api/v1/products"


async def make(user: SignedIn, **fields: Any) -> dict[str, Any]:
    response = await user.post(PRODUCTS, {"name": "Keyboard", "price": 49.9} | fields)
    assert response.status_code == 201, response.text
    product: dict[str, Any] = response.json()
    return product


async def test_a_created_product_is_returned_and_everybody_may_read_it(user: SignedIn, other_user: SignedIn) -> None:
    product = await make(user, description="Loud", category="Input", stock=3)

    assert product["owner_id"] == user.id
    assert product["price"] == 49.9
    assert isinstance(product["price"], float)
    assert (await other_user.get(f"{PRODUCTS}/{product['id']}")).json() == product


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_only_the_owner_writes(user: SignedIn, other_user: SignedIn, method: str) -> None:
    product = await make(user)
    path = f"{PRODUCTS}/{product['id']}"
    mine, theirs = (user.put, other_user.put) if method == "PUT" else (user.patch, other_user.patch)

    for refused in (await theirs(path, {"price": 1}), await other_user.delete(path)):
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "AUTHORIZATION_ERROR"
        assert refused.json()["error"]["message"] == "Access denied"
    assert (await mine(path, {"price": 12, "stock": 0})).json()["price"] == 12.0
    assert (await user.delete(path)).status_code == 204
    assert (await user.get(path)).status_code == 404
    assert (await other_user.delete(path)).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required"),
        ("price", -0.01, "Must be at least 0"),
        ("price", 1.999, "Must have at most two decimals"),
        ("price", 1e30, "Must be at most 9999999999.99"),
        ("price", "free", "Must be a number"),
        ("price", None, "This field is required"),
        ("price", "12.50", "Must be a number"),
        ("price", True, "Must be a number"),
        ("price", [1], "Must be a number"),
        ("stock", -1, "Must be at least 0"),
        ("stock", 2**31, "Must be at most 2147483647"),
        ("stock", 1.5, "Must be a whole number"),
        ("stock", True, "Must be a whole number"),
        ("name", "x" * 101, "Must be at most 100 characters"),
    ],
)
async def test_wrong_fields_are_refused_by_name(user: SignedIn, field: str, value: Any, sentence: str) -> None:
    refused = await user.post(PRODUCTS, {"name": "Keyboard", "price": 1, field: value})

    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {field: sentence}


async def test_a_price_is_documented_as_a_number(user: SignedIn) -> None:
    schemas = (await user.client.get("/openapi.json")).json()["components"]["schemas"]

    price = schemas["ProductCreate"]["properties"]["price"]
    assert (price["type"], price["minimum"], price["maximum"]) == ("number", 0, 9999999999.99)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
async def test_a_price_is_finite(user: SignedIn, number: str) -> None:
    refused = await user.client.post(
        PRODUCTS,
        content=f'{{"name": "Keyboard", "price": {number}}}',
        headers=user.headers | {"Content-Type": "application/json"},
    )

    assert refused.status_code == 422
    assert set(refused.json()["error"]["field_errors"]) <= {"price", "body"}


async def test_lists_find_by_name_category_and_owner(user: SignedIn, other_user: SignedIn) -> None:
    mark = uuid4().hex
    mine = await make(user, name=f"100% {mark} Keyboard", category=f"In/put {mark}")
    theirs = await make(other_user, name=f"{mark} Mouse", category=f"IN/PUT {mark}")

    async def ids(path: str, **parameters: Any) -> list[str]:
        page = (await user.get(f"{PRODUCTS}{path}", **parameters)).json()
        assert page["total"] >= len(page["products"])
        return [product["id"] for product in page["products"]]

    assert await ids("/search", name=mark.upper()) == [theirs["id"], mine["id"]]
    assert await ids("/search", name=f"100% {mark}") == [mine["id"]]
    assert await ids("/search", name=f"%{mark}%") == []
    assert await ids("/my-products") == [mine["id"]]
    assert (await ids("", per_page=2))[0] == theirs["id"]
    assert (await user.get(f"{PRODUCTS}/search")).json()["error"]["field_errors"] == {
        "name": "This field is required"
    }


async def test_a_category_is_found_without_regard_to_case(user: SignedIn) -> None:
    category = uuid4().hex
    product = await make(user, category=category)

    page = (await user.get(f"{PRODUCTS}/category/{category.upper()}")).json()

    assert [found["id"] for found in page["products"]] == [product["id"]]


@pytest.mark.parametrize("category", ["A/B", "a/b/c", "/a", "a//b", "50%", "a?b#c", "%2F"])
async def test_a_category_may_have_signs_of_paths(user: SignedIn, category: str) -> None:
    category = f"{uuid4().hex} {category}"
    product = await make(user, category=category)

    for slash in ("", "/"):
        page = (await user.get(f"{PRODUCTS}/category/{quote(category, safe='')}{slash}")).json()

        assert [found["id"] for found in page["products"]] == [product["id"]]


async def test_null_and_blank_are_as_good_as_nothing(user: SignedIn) -> None:
    for nothing in (None, "", "  "):
        product = await make(user, stock=nothing, category=nothing)
        assert (product["stock"], product["category"]) == (0, None)

        path = f"{PRODUCTS}/{(await make(user, category='Input'))['id']}"
        assert (await user.put(path, {"category": nothing})).json()["category"] is None
    refused = await user.put(path, {"stock": None})
    assert refused.status_code == 422
    assert refused.json()["error"]["field_errors"] == {"stock": "This field is required"}


async def test_a_whole_number_may_be_written_with_a_point(user: SignedIn) -> None:
    assert (await make(user, stock=3.0))["stock"] == 3


async def test_a_name_may_have_a_hundred_characters(user: SignedIn) -> None:
    product = await make(user, name="x" * 100)

    refused = await user.put(f"{PRODUCTS}/{product['id']}", {"name": "x" * 101})

    assert refused.json()["error"]["field_errors"] == {"name": "Must be at most 100 characters"}
