"""What an address of a database may say."""

import os
import string
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from app.core.database_address import read_address

SOCKET = "/run/postgresql"


@pytest.fixture(autouse=True)
def without_the_machines_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no PGHOST of whoever runs the tests speak for an address."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("url", "place", "masked"),
    [
        ("postgresql://u:p@db.example:6432/x", "db.example:6432/x", "db.example:6432/x"),
        ("postgres://u:p@db.example/x", "db.example:5432/x", "db.example:5432/x"),
        ("postgresql+asyncpg://u:p@[::1]/x", "[::1]:5432/x", "[::1]:5432/x"),
        (f"postgresql://u:p@/x?host={SOCKET}&port=5433", f"{SOCKET}:5433/x", "localhost/x"),
        (f"postgresql://u:p@{quote(SOCKET, safe='')}/x", f"{SOCKET}:5432/x", "localhost/x"),
        ("postgresql://u:p@one:1,two:2/x", "one:1,two:2/x", "one:1,two:2/x"),
        ("postgresql://u:p@one,two/x?port=7", "one:5432,two:5432/x", "one:5432,two:5432/x"),
        ("postgresql://u:p@/x?host=one,two&port=1,2", "one:1,two:2/x", "one:1,two:2/x"),
        (" postgresql://u:p@db/x\n", "db:5432/x", "db:5432/x"),
    ],
)
def test_it_names_a_place_and_hides_who_enters(url: str, place: str, masked: str) -> None:
    address = read_address(url)

    assert address.place == place
    assert address.masked == f"postgresql://***:***@{masked}"
    # What was read once is read the same again: the address is handed on to the migrations.
    assert read_address(address.dsn) == address


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:hunter2@db/x", "must begin with postgresql://"),
        ("hunter2", "must begin with postgresql://"),
        ("postgresql://u:p@db:hunter2/x", "must have the form"),
        ("postgresql://u:hunter2@,/x", "must have the form"),
        ("postgresql://u:hunter2@/x?host=one,two&port=1,2,3", "must have the form"),
        ("postgresql://u:hunter2@/x?host=db&port=y", "must have the form"),
        ("postgresql://u:hunter2@db/x?hunter2", "must have the form"),
        ("postgresql://u:hunter2@db:99999/x", "its port must be a number from 1 to 65535"),
        ("postgresql://u:hunter2@one,two:0/x", "its port must be"),
        ("postgresql://u:hunter2@/x?host=db&port=65536", "its port must be"),
        ("postgresql://u:hunter2%00@db/x", "must have no control characters"),
        ("postgresql://u:hunter2@db/x%0aforged", "must have no control characters"),
        ("postgresql://u:hun@ter2@db/x", "percent-encoded"),
        ("postgresql://u:hun/ter2@db/x", "percent-encoded"),
        ("postgresql://u:12/hunter2@db/x", "percent-encoded"),
        ("postgresql://u:hun?ter2@db/x", "percent-encoded"),
        ("postgresql://u:12?hunter=2@db/x", "percent-encoded"),
        ("postgresql://u:hun#ter2@db/x", "percent-encoded"),
        ("postgresql://u:hun[ter2@db/x", "percent-encoded"),
        ("postgresql://u:hun]ter2@db/x", "percent-encoded"),
        ("postgresql://u:hun ter2@db/x", "percent-encoded"),
        ("postgresql://u:hun\tter2@db/x", "percent-encoded"),
        ("postgresql://u:hunter2@db/x?sslmode=sometimes", "sslmode parameter must be one of: disable, allow"),
        ("postgresql://u:hunter2@db/x?ssl=sometimes", "sslmode parameter must be one of: disable, allow"),
        ("postgresql://u:hunter2@db/x?sslmode=verify-full&sslrootcert=/nowhere", "sslrootcert must name a file"),
        ("postgresql://u:hunter2@db/x?sslmode=require&sslkey=/nowhere", "sslkey must name a file"),
        (f"postgresql://u:hunter2@db/x?sslmode=verify-ca&sslrootcert={__file__}", "certificates cannot be read"),
        ("postgresql://u:hunter2@db/x?channel_binding=require", "channel_binding is not supported: leave it out"),
        ("postgresql://u:hunter2@db/x?connect_timeout=0", "connect_timeout must be a whole number"),
        ("postgresql://u:hunter2@db/x?connect_timeout=1.5", "connect_timeout must be a whole number"),
        ("postgresql://u:hunter2@db/x?connect_timeout=99999999999", "connect_timeout must be a whole number"),
        ("postgresql://u:hunter2@db/x?connect_timeout=²", "connect_timeout must be a whole number"),
        ("postgresql://u:hunter2@db/x?target_session_attrs=standby", "a standby cannot be written to"),
    ],
)
def test_nonsense_is_refused_in_one_line_without_the_password(url: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as raised:
        read_address(url)

    assert "\n" not in str(raised.value)
    assert "unter" not in str(raised.value)


@pytest.mark.parametrize(
    ("query", "seconds", "kept"),
    [
        ("", None, ""),
        ("?connect_timeout=7", 7, ""),
        ("?connect_timeout=", None, ""),
        ("?sslmode=disable", None, None),
    ],
)
def test_the_time_to_connect_is_taken_out_of_it(query: str, seconds: int | None, kept: str | None) -> None:
    address = read_address(f"postgresql://u:p@db/x{query}")

    assert address.connect_timeout_seconds == seconds
    assert address.dsn == f"postgresql://u:p@db/x{query if kept is None else kept}"


async def test_each_host_gets_the_time_to_connect_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, int, float]] = []
    failures: list[Exception] = [
        TimeoutError(),
        ConnectionRefusedError(),
        asyncpg.CannotConnectNowError("starting"),
        asyncpg.TargetServerAttributeNotMatched("a standby"),
        asyncpg.InvalidPasswordError("no"),
    ]

    async def connect(_dsn: str, *, host: str, port: int, **others: Any) -> asyncpg.Connection:
        tried.append((host, port, others["timeout"]))
        raise failures[len(tried) - 1]

    monkeypatch.setattr(asyncpg, "connect", connect)

    with pytest.raises(asyncpg.InvalidPasswordError):
        await read_address("postgresql://u:p@a,b:2,c,d,e,f/x?connect_timeout=4").connect(timeout_seconds=1)

    assert tried == [("a", 5432, 4), ("b", 2, 4), ("c", 5432, 4), ("d", 5432, 4), ("e", 5432, 4)]


def test_every_sign_of_a_password_may_be_encoded_and_many_stand_bare() -> None:
    signs = "".join(sign for sign in string.printable if sign.isprintable()) + "é€😀"
    encoded = quote(signs, safe="")
    safe = read_address(f"postgresql://{encoded}:{encoded}@db/x")
    # Signs that mean nothing in an address may stand as they are.
    bare = read_address("postgresql://u:!$&'()*+,;=:~-._é€%@db/x")

    assert safe.place == bare.place == "db:5432/x"


def test_a_drivers_name_and_sqlalchemys_word_for_tls_are_understood() -> None:
    address = read_address("postgresql+psycopg://u:p@db/x?ssl=require&options=-csearch_path%3Done%20-cjit%3Doff")

    assert address.dsn == "postgresql://u:p@db/x?options=-csearch_path%3Done%20-cjit%3Doff&sslmode=require"
