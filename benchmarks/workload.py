"""The requests that are measured, each sent on behalf of many users."""

import random
from collections.abc import Sequence

from benchmarks.dataset import Account
from benchmarks.load import get_request
from benchmarks.servers import SIGNING_KEY

GET, LIST, OVERVIEW = "get", "list", "overview"
TIMELINE, AGENDA, ATTENTION = "timeline", "agenda", "attention"
KINDS = {
    GET: "one position with its interviews, of the token's user",
    LIST: "a page of 20 with status, company, search, order and total",
    OVERVIEW: "all figures of the overview",
    TIMELINE: "all that happened with one position",
    AGENDA: "what was on which day of four weeks, in New York",
    ATTENTION: "what would slip, up to 100 entries for each reason",
}
LIST_PATH = (
    "/api/v1/positions?status=applied&company=co&search=engineer&sort_by=application_date&sort_order=desc"
    "&page=1&per_page=20"
)
_PATHS = {
    LIST: LIST_PATH,
    OVERVIEW: "/api/v1/statistics/overview",
    AGENDA: "/api/v1/agenda?from=2025-03-01&to=2025-03-28&tz=America/New_York",
    ATTENTION: "/api/v1/attention?days=14&tz=America/New_York",
}


def paths_of(kind: str, account: Account) -> list[str]:
    """Return every path of one kind for one user."""
    if kind in _PATHS:
        return [_PATHS[kind]]
    ending = "/timeline?page=1&per_page=20" if kind == TIMELINE else ""
    return [f"/api/v1/positions/{position_id}{ending}" for position_id in account.position_ids]


def requests_of(kind: str, accounts: Sequence[Account], *, positions_each: int = 10) -> list[bytes]:
    """Return the requests of one kind, in an order that looks random and is always the same."""
    numbers = random.Random(kind)
    requests = []
    for account in accounts:
        token = account.token(SIGNING_KEY)
        paths = paths_of(kind, account)
        chosen = numbers.sample(paths, min(positions_each, len(paths)))
        requests += [get_request(path, token) for path in chosen]
    numbers.shuffle(requests)
    return requests
