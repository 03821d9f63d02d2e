"""Whether the servers do the same work: the same request must get the same answer from each."""

import json
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

from benchmarks.dataset import Account
from benchmarks.servers import SIGNING_KEY, Server
from benchmarks.workload import KINDS, paths_of


class DifferentAnswersError(Exception):
    """Two servers answered one request differently."""


def check_answers(servers: Sequence[Server], accounts: Sequence[Account]) -> dict[str, list[Server]]:
    """Compare the answers to every kind of request, and return each kind with the servers that know it.

    The first server's answer is the measure. The others must agree with it in every field that both have, times
    being compared as moments.

    Raises:
        DifferentAnswersError: they do not agree.

    """
    known: dict[str, list[Server]] = {}
    for kind in KINDS:
        batches = {server: _answers(server, kind, accounts) for server in servers}
        known[kind] = [server for server, batch in batches.items() if None not in batch]
        for server in known[kind]:
            for expected, found in zip(batches[known[kind][0]], batches[server], strict=True):
                _compare(expected, found, f"{kind} of {server.name}")
    return known


def _answers(server: Server, kind: str, accounts: Sequence[Account]) -> list[Any]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=20)
    answers = []
    for account in accounts:
        headers = {"Authorization": f"Bearer {account.token(SIGNING_KEY)}"}
        for path in paths_of(kind, account)[:20]:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            body = response.read()
            if response.status not in {200, 404}:
                raise DifferentAnswersError(f"{server.name} answered {response.status} to {path}: {body[:300]!r}")
            answers.append(json.loads(body) if response.status == 200 else None)
    connection.close()
    return answers


def _compare(expected: Any, found: Any, where: str) -> None:
    if isinstance(expected, dict) and isinstance(found, dict):
        common = expected.keys() & found.keys()
        if expected and not common:
            raise DifferentAnswersError(f"{where}: no field in common")
        for name in common:
            _compare(expected[name], found[name], f"{where}, {name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            _compare(one, other, f"{where}, {number}")
    elif expected != found and _moment(expected) != _moment(found):
        raise DifferentAnswersError(f"{where}: {found!r} instead of {expected!r}")


def _moment(value: Any) -> Any:
    """Return a time as a moment, whatever its offset; anything else is itself."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
