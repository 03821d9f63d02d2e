"""``python -m benchmarks.attack``: what one attacker at full speed takes from another user, on a default start.

Attacks, one after the other, each with an account of its own. Beside each the same victim works, signs in, and
listens to a room with short phases. Everything runs on this machine and is gone afterwards; figures are printed and
never asserted.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import httpx
import psutil

from benchmarks.attacks import ATTACKS, AUTH, PASSWORD, Answers, Attack, under_attack
from benchmarks.dataset import fill
from benchmarks.default_start import Product, default_start
from benchmarks.victim import ANSWER_SECONDS, Findings, Victim

MOST_SECONDS = 1.0
MOST_MEGABYTES = 600
SAMPLE_SECONDS = 0.05
REST_SECONDS = 3.0
"""Between two attacks, so that none is measured with what the one before left under way."""


def main() -> None:
    """Run the attacks that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each goes on (default: %(default)s)")
    parser.add_argument("--only", type=int, action="append", help="only the attack of this number; may be repeated")
    options = parser.parse_args()
    with default_start() as product:
        asyncio.run(_run(product, options.seconds, options.only or range(1, len(ATTACKS) + 1)))


@dataclass
class Row:
    """What came of one attack; times in seconds, memory in bytes."""

    name: str
    findings: Findings
    peak_bytes: int
    answers: Answers

    def __str__(self) -> str:
        times, slowest = self.findings.times, self.findings.slowest
        lateness = self.findings.lateness
        late = f"{max(lateness):.2f} s of {len(lateness)}" if lateness else "none"
        return "\n".join(
            (
                self.name,
                f"    victim: {len(times)} answers, p50 {_percentile(times, 50):.3f} s, "
                f"p99 {_percentile(times, 99):.3f} s, worst {slowest[0]:.3f} s ({slowest[1]})",
                f"    latest transition: {late}; peak memory: {self.peak_bytes / 1e6:.0f} MB; "
                f"wrong: {_counts(self.findings.wrong)}",
                f"    attacker was answered: {_counts(self.answers)}",
            )
        )

    @property
    def missed(self) -> list[str]:
        """Return the aims that were missed, in words."""
        found = self.findings
        misses = {
            "answers took too long": found.slowest[0] >= MOST_SECONDS,
            "transitions were late": max(found.lateness, default=0.0) >= MOST_SECONDS,
            "answers were wrong": bool(found.wrong),
            "the process was too large": self.peak_bytes >= MOST_MEGABYTES * 1e6,
        }
        return [miss for miss, is_missed in misses.items() if is_missed]


async def _run(product: Product, seconds: float, numbers: Sequence[int]) -> None:
    async with httpx.AsyncClient(base_url=product.url, timeout=ANSWER_SECONDS) as http:
        victim = Victim(http, await _register(http))
        await victim.prepare()
        async with _peak_memory(product.pid) as peak, victim.at_work(calls=False) as findings:
            await asyncio.sleep(seconds / 2)
        rows = [Row("nobody attacks", findings, peak[0], Answers())]
        print(rows[0], flush=True)
        for number in numbers:
            await asyncio.sleep(REST_SECONDS)
            rows.append(await _measure(number, product, http, victim, seconds))
            print(rows[-1], flush=True)
    missed = [f"{row.name}: {', '.join(row.missed)}" for row in rows if row.missed]
    aim = f"every answer within {MOST_SECONDS:.0f} s, no transition later, at most {MOST_MEGABYTES} MB"
    print(f"\naims ({aim}): " + ("held" if not missed else "MISSED\n    " + "\n    ".join(missed)))


async def _measure(number: int, product: Product, http: httpx.AsyncClient, victim: Victim, seconds: float) -> Row:
    attack = ATTACKS[number - 1]
    account = await _account(attack, product, http)
    async with (
        _peak_memory(product.pid) as peak,
        victim.at_work(calls=attack.victim_calls) as findings,
        under_attack(number - 1, product.url, account, seconds) as end,
    ):
        answers = await end()
    return Row(f"{number}. {attack.name}", findings, peak[0], answers)


async def _account(attack: Attack, product: Product, http: httpx.AsyncClient) -> Mapping[str, str]:
    """Return a new account for an attack; an empty one where it needs none."""
    if not attack.has_account:
        return {}
    if not attack.positions:
        return await _register(http)
    (account,) = await fill(product.dsn, [attack.positions], seed=int(time.time()))
    return {"token": account.token(product.signing_key)}


async def _register(http: httpx.AsyncClient) -> Mapping[str, str]:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "first_name": "A", "last_name": "B"}
    (await http.post(f"{AUTH}/register", json=body)).raise_for_status()
    response = await http.post(f"{AUTH}/login", json={"email": email, "password": PASSWORD})
    response.raise_for_status()
    return {"email": email, "token": response.json()["access_token"]}


@asynccontextmanager
async def _peak_memory(pid: int) -> AsyncIterator[list[int]]:
    """Give a list whose only entry is the most memory, in bytes, that a process had while the block ran."""
    process, peak = psutil.Process(pid), [0]

    async def watch() -> None:
        while True:
            peak[0] = max(peak[0], process.memory_info().rss)
            await asyncio.sleep(SAMPLE_SECONDS)

    task = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[(len(values) - 1) * percent // 100] if values else 0.0


def _counts(counts: Mapping[str, int] | Answers) -> str:
    return ", ".join(f"{count:,} × {what}" for what, count in sorted(counts.items(), key=str)) or "nothing"


if __name__ == "__main__":
    main()
