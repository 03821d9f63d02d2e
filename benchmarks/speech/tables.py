"""The figures as rows: what was measured, the figure, and the aim that it is held against."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.speech.word_errors import WordErrors

WIDTHS = (58, 30, 24)


@dataclass(frozen=True)
class Row:
    """A figure. With an aim it is met or missed; without, it only informs."""

    what: str
    figure: str
    aim: str = ""
    is_met: bool | None = None


def table(title: str, rows: Iterable[Row]) -> str:
    """Return rows under their title."""
    lines = [f"{title:{WIDTHS[0]}} {'measured':{WIDTHS[1]}} {'aim':{WIDTHS[2]}}".rstrip()]
    for row in rows:
        verdict = "" if row.is_met is None else "met" if row.is_met else "MISSED"
        aim = f"{row.aim}  {verdict}".strip()
        lines.append(f"  {row.what:{WIDTHS[0] - 2}} {row.figure:{WIDTHS[1]}} {aim}".rstrip())
    return "\n".join(lines)


def error_rows(errors: Mapping[str, WordErrors], prefix: str = "") -> list[Row]:
    """Return a row for each group's word errors."""
    return [
        Row(prefix + name, f"{found.rate:.1%} of {found.words:,} words")
        for name, found in errors.items()
        if found.words
    ]


def seconds_row(what: str, seconds: Sequence[float], *, percent: int, most: float | None = None) -> Row:
    """Return the median and a percentile of times, held against the most that the latter may be."""
    middle, high = percentile(seconds, 50), percentile(seconds, percent)
    figure = f"p50 {middle:.2f} s, p{percent} {high:.2f} s, n {len(seconds)}"
    if most is None:
        return Row(what, figure)
    return Row(what, figure, f"p{percent} ≤ {most} s", high <= most)


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that so many percent do not exceed."""
    return values[0] if len(values) == 1 else quantiles(values, n=100, method="inclusive")[percent - 1]
