"""The figures as tables, the aims that they are held against, and who is ahead of the application."""

from collections.abc import Sequence

from benchmarks.measure import Figures, Sample
from benchmarks.peers.programs import PEERS
from benchmarks.workload import AGENDA, ATTENTION, GET, LIST, OVERVIEW, TIMELINE

MOST_TIMES_THE_FLOOR = {GET: 1.2, LIST: 1.15, OVERVIEW: 1.15, TIMELINE: 1.6, AGENDA: 1.6, ATTENTION: 1.6}
LEAST_TIMES_THE_APP = {GET: 3.0, LIST: 3.0, OVERVIEW: 2.0}

_HEADINGS = ("request", "server", "server CPU µs", "PostgreSQL µs", "requests/s", "p50 ms", "p99 ms")
_WIDTHS = (17, 22, 14, 14, 11, 8, 8)


def comparison_table(figures: Figures) -> str:
    """Return what each request cost each server, with the ratios between them."""
    lines = [_row(_HEADINGS)]
    for kind in _kinds(figures):
        lines += [
            _row((kind, name, *_cells(figures[name, kind]))) + _ratio(figures, name, kind)
            for name in ("floor", "app", "plain", *PEERS)
            if (name, kind) in figures
        ]
    return "\n".join(lines)


def growth_table(figures: Figures) -> str:
    """Return what each request cost the application on each size of data."""
    lines = [_row((*_HEADINGS[:1], "data", *_HEADINGS[2:]))]
    for kind in _kinds(figures):
        lines += [_row((kind, name, *_cells(figures[name, of]))) for name, of in figures if of == kind]
    return "\n".join(lines)


def aims(figures: Figures) -> str:
    """Return one line for each aim that could be measured."""
    lines = []
    for kind in _kinds(figures):
        floor, app, plain = (figures.get((name, kind)) for name in ("floor", "app", "plain"))
        if app and floor:
            ratio, most = app.server_us / floor.server_us, MOST_TIMES_THE_FLOOR[kind.split(",")[0]]
            lines.append(f"{_verdict(ratio <= most)}  {kind}: app {ratio:.2f} × floor (aim: at most {most})")
        if app and plain:
            ratio, least = plain.server_us / app.server_us, LEAST_TIMES_THE_APP[kind]
            lines.append(f"{_verdict(ratio >= least)}  {kind}: plain {ratio:.2f} × app (aim: at least {least})")
    return "\n".join(lines)


def standings(figures: Figures) -> str:
    """Return who is ahead where: for each request two lines, by the servers' CPU time and by PostgreSQL's with it."""
    lines = []
    for kind in _kinds(figures):
        of_kind = {name: sample for name, of in figures if of == kind and (sample := figures[name, of])}
        if "app" in of_kind and not of_kind.keys().isdisjoint(("plain", *PEERS)):
            lines.append(_standing(kind, {name: sample.server_us for name, sample in of_kind.items()}))
            with_postgres = {name: sample.server_us + sample.postgres_us for name, sample in of_kind.items()}
            lines.append(_standing(f"{kind}, with PostgreSQL", with_postgres))
    return "\n".join(["times the application's CPU:", *lines]) if lines else ""


def _standing(title: str, costs: dict[str, float]) -> str:
    """Return the servers in order of what a request costs them, those ahead of the application first."""
    of_app = costs.pop("app")
    order = sorted(costs, key=lambda name: costs[name])
    ahead = [f"{name} {costs[name] / of_app:.2f}" for name in order if costs[name] < of_app]
    behind = [f"{name} {costs[name] / of_app:.2f}" for name in order if costs[name] >= of_app]
    return f"{title}: ahead {', '.join(ahead) or 'nobody'}; behind {', '.join(behind) or 'nobody'}"


def _kinds(figures: Figures) -> list[str]:
    return list(dict.fromkeys(kind for _, kind in figures))


def _verdict(is_met: bool) -> str:
    return "met   " if is_met else "MISSED"


def _cells(sample: Sample) -> tuple[str, ...]:
    return (
        f"{sample.server_us:,.0f}",
        f"{sample.postgres_us:,.0f}",
        f"{sample.requests_per_second:,.0f}",
        f"{sample.p50_ms:.2f}",
        f"{sample.p99_ms:.2f}",
    )


def _ratio(figures: Figures, name: str, kind: str) -> str:
    reference = {"app": "floor", "floor": ""}.get(name, "app")
    below = figures.get((reference, kind))
    return f"   {figures[name, kind].server_us / below.server_us:.2f} × {reference}" if below else ""


def _row(cells: Sequence[str]) -> str:
    texts = [f"{cell:<{width}}" for cell, width in zip(cells[:2], _WIDTHS[:2], strict=True)]
    numbers = [f"{cell:>{width}}" for cell, width in zip(cells[2:], _WIDTHS[2:], strict=True)]
    return "".join(texts + numbers)
