"""Lighthouse's four categories for views of the console."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.console.browser import SignedInBrowser, ViewUnderTest
from tests.support.npm import installed

LEAST_SCORE = 95
PRESETS = ("mobile", "desktop")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
METRICS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
TOOLS = Path(__file__).parent / "tools"


async def measure_scores(browser: SignedInBrowser, views: Sequence[ViewUnderTest], presets: Sequence[str]) -> None:
    """Print the scores of each view with each preset, what the first of them is made of, and what failed."""
    print(f"\nLighthouse, of 100{'':23}performance  accessibility  practices  SEO    FCP  LCP  TBT  CLS")
    for view in views:
        for preset in presets:
            report = await lighthouse_report(view.url, preset, browser.debugging_port)
            scores = scores_of(report)
            metrics = "  ".join(report["audits"][name]["displayValue"].replace("\xa0", " ") for name in METRICS)
            verdict = "met" if min(scores.values()) >= LEAST_SCORE else "MISSED"
            cells = "".join(f"{scores[name]:>11}" for name in CATEGORIES)
            print(f"  {view.name:18}{preset:9}{cells}   {metrics}   {verdict}")
            for failure in failures_of(report):
                print(f"    {failure}")


async def lighthouse_report(url: str, preset: str, debugging_port: int) -> dict[str, Any]:
    """Return Lighthouse's report on an address, made in a tab of a running browser, with an empty cache.

    Raises:
        RuntimeError: Lighthouse could not make it.

    """
    program = installed(TOOLS) / "node_modules" / ".bin" / "lighthouse"
    with tempfile.TemporaryDirectory(prefix="it-bench-lighthouse-") as folder:
        output = Path(folder) / "report.json"
        arguments = [url, f"--port={debugging_port}", "--output=json", f"--output-path={output}", "--quiet"]
        if preset != "mobile":
            arguments.append(f"--preset={preset}")
        process = await asyncio.create_subprocess_exec(
            program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(said.decode(errors="replace"))
        report: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return report


def scores_of(report: dict[str, Any]) -> dict[str, int]:
    """Return the score of each category, of 100."""
    return {name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES}


def failures_of(report: dict[str, Any]) -> list[str]:
    """Return what failed in the categories that are no matter of time: the check, and where."""
    failures = []
    for category in CATEGORIES[1:]:
        for reference in report["categories"][category]["auditRefs"]:
            check = report["audits"][reference["id"]]
            if check["score"] is not None and check["score"] < 1:
                items = check.get("details", {}).get("items", [])
                places = [item.get("node", {}).get("snippet") or json.dumps(item)[:200] for item in items]
                failures.append(f"{reference['id']}: {check['title']} {places}")
    return failures
