"""``python -m benchmarks.console``: what the console costs a browser, with the budgets that it is held against.

A real server with an embedded PostgreSQL, the machine's Chromium, and Lighthouse as ``tools/package-lock.json`` has
it. Everything runs on this machine and is gone afterwards; figures are printed, never asserted.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from benchmarks.console.board import measure_board
from benchmarks.console.browser import ViewUnderTest, seeded_account, signed_in_browser
from benchmarks.console.lighthouse import PRESETS, measure_scores
from benchmarks.console.loading import measure_loading
from benchmarks.cpu import Cores
from benchmarks.database import benchmark_database
from benchmarks.servers import running_server

PARTS = ("loading", "board", "lighthouse")


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--presets", nargs="+", choices=PRESETS, default=PRESETS, help="of Lighthouse")
    parser.add_argument("--rounds", type=int, default=5, help="loads of each view")
    parser.add_argument("--views", nargs="+", help="without it all of them: Today, Board, Position, Room")
    options = parser.parse_args()
    with (
        benchmark_database() as database,
        running_server("app", database.dsn, database.folder, Cores.available()) as server,
        tempfile.TemporaryDirectory(prefix="it-bench-profile-") as profile,
    ):
        url = f"http://127.0.0.1:{server.port}"
        asyncio.run(_measure(url, Path(profile), options))


async def _measure(url: str, profile: Path, options: argparse.Namespace) -> None:
    async with seeded_account(url) as (user, all_views), signed_in_browser(profile, url, user) as browser:
        views = [view for view in all_views if not options.views or view.name in options.views]
        if "loading" in options.only:
            await measure_loading(browser, views, options.rounds)
        if "lighthouse" in options.only:
            await measure_scores(browser, views, options.presets)
        if "board" in options.only or "lighthouse" in options.only:
            await user.import_positions(500)
        if "lighthouse" in options.only:
            large = [ViewUnderTest("Board, 500 cards", f"{url}/app/board", ".board-card")]
            await measure_scores(browser, large, options.presets)
        if "board" in options.only:
            await measure_board(browser, f"{url}/app/board")


if __name__ == "__main__":
    main()
