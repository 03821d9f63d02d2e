"""Whether the servers do the same work: the same request must get the same answer from each."""

import json
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPConnection
from typing import Any

from benchmarks.dataset import Account
from benchmarks.servers import SIGNING_KEY, Server
from benchmarks.workload import KINDS, paths_of

OPTIONAL = {
    *("total_positions", "positions_by_status", "interviews_by_type", "interviews_by_outcome"),  # older names
    *("total_saved", "next"),  # later additions
}
"""The application's fields that others may leave out."""


class DifferentAnswersError(Exception):
    """Two servers answered one request differently."""


def check_answers(servers: Sequence[Server], accounts: Sequence[Account]) -> dict[str, list[Server]]:
    """Compare the answers to every kind of request, and return each kind with the servers that know it.

    The first server's answer is the measure. The others must have all of its fields but ``OPTIONAL`` ones, and agree
    with it in those that both have. Times are compared as moments, to the millisecond: JavaScript and Django's JSON
    know no more. A server that answers 404 to every request of a kind does not know that kind.

    Raises:
        DifferentAnswersError: they do not agree.

    """
    known: dict[str, list[Server]] = {}
    for kind in KINDS:
        batches = {server: _answers(server, kind, accounts) for server in servers}
        known[kind] = [server for server, batch in batches.items() if any(answer is not None for answer in batch)]
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
        if missing := expected.keys() - found.keys() - OPTIONAL:
            raise DifferentAnswersError(f"{where}: without {', '.join(sorted(missing))}")
        for name in expected.keys() & found.keys():
            _compare(expected[name], found[name], f"{where}, {name}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (one, other) in enumerate(zip(expected, found, strict=True)):
            _compare(one, other, f"{where}, {number}")
    elif expected != found and not _is_same_moment(expected, found):
        raise DifferentAnswersError(f"{where}: {found!r} instead of {expected!r}")


def _is_same_moment(expected: Any, found: Any) -> bool:
    """Tell whether both are the same time, whatever their offsets."""
    try:
        return _moment(expected) == _moment(found)
    except (TypeError, ValueError):
        return False


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
