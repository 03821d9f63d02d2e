"""One storm and its figures; the exit status is 1 if a rule broke."""

import argparse
import asyncio
import signal
import sys

from tests.chaos.report import Report
from tests.chaos.run import Chaos


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rooms", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60, help="how long the storm lasts")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    report = asyncio.run(run(Chaos(**vars(arguments), say=say)))
    say(str(report))
    for fault in report.faults:
        print(f"FAULT: {fault}", file=sys.stderr)  # noqa: T201
    return 1 if report.faults else 0


async def run(chaos: Chaos) -> Report:
    """Run to the end; the first Ctrl-C ends the storm alone, and what was seen until then is told."""
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, lambda: _abate(chaos))
    return await chaos.run()


def _abate(chaos: Chaos) -> None:
    say("The storm ends; the sessions may come to theirs. Ctrl-C again gives up.")
    chaos.abate()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def say(line: str) -> None:
    """Print a line at once, also into a file or a pipe."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
