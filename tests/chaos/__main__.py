"""One storm and its figures; the exit status is 1 if a rule broke."""

import argparse
import asyncio
import sys

from tests.chaos.run import Chaos


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rooms", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=60, help="how long the storm lasts")
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chaos = Chaos(rooms=arguments.rooms, seconds=arguments.seconds, replicas=arguments.replicas, seed=arguments.seed)
    report = asyncio.run(chaos.run())
    print(report)  # noqa: T201
    for fault in report.faults:
        print(f"FAULT: {fault}", file=sys.stderr)  # noqa: T201
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
