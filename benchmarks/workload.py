"""The three requests that are measured, each sent on behalf of many users."""

import random
from collections.abc import Sequence

from benchmarks.dataset import Account
from benchmarks.load import get_request
from benchmarks.servers import SIGNING_KEY

GET, LIST, OVERVIEW = "get", "list", "overview"
KINDS = {
    GET: "one position with its interviews, of the token's user",
    LIST: "a page of 20 with status, company, search, order and total",
    OVERVIEW: "all figures of the overview",
}
LIST_PATH = (
    "/api/v1/positions?status=applied&company=co&search=engineer&sort_by=application_date&sort_order=desc"
    "&page=1&per_page=20"
)
OVERVIEW_PATH = "/api/v1/statistics/overview"


def paths_of(kind: str, account: Account) -> list[str]:
    """Return every path of one kind for one user."""
    if kind == GET:
        return [f"/api/v1/positions/{position_id}" for position_id in account.position_ids]
    return [LIST_PATH if kind == LIST else OVERVIEW_PATH]


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
