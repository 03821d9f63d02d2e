"""A report as a page of the docs."""

from pydantic import BaseModel

from app.interview_session.report.schemas import QuestionReport, QuestionSigns, Quote, Report
from tests.support.interviews import plain

SIGNS = ("own_part", "team", "numbers", "results", "examples", "hedges")
SHOWN_PLACES = 6


def report_page(title: str, report: Report) -> str:
    """Return a report as Markdown: all that it has but for the places of signs beyond the first few."""
    lines = [
        f"# Report: {title}",
        "",
        f"`status` {report.status}, `made_by` {report.made_by}, `score` {_or_null(report.score)}, "
        f"`self_score` {_or_null(report.self_score)}",
        "",
        f"`delivery.spoken` {_figures(report.delivery.spoken)}",
        "",
        f"`delivery.typed` {_figures(report.delivery.typed)}",
        "",
    ]
    for question in report.questions:
        lines += _question(question)
    return "\n".join(lines)


def verdicts_page(title: str, report: Report) -> str:
    """Return what a model's verdicts add to a report, as Markdown."""
    lines = [
        f"# Verdicts: {title}",
        "",
        f"`status` {report.status}, `made_by` {report.made_by}, `model` {_or_null(report.model)}, `tokens` "
        f"{_or_null(report.tokens)}, `score` {_or_null(report.score)}",
        "",
    ]
    for question in report.questions:
        lines += [*_heading(question), f"`status` {question.status}", ""]
        for criterion in question.criteria:
            lines += [f"**{plain(criterion.criterion)}**: `verdict` {_or_null(criterion.verdict)}", ""]
            found = [f"- {_quoted(quote)}" for quote in criterion.evidence]
            found += [f"- advice: {plain(criterion.advice)}"] if criterion.advice else []
            lines += [*found, ""] if found else []
    return "\n".join(lines)


def _heading(question: QuestionReport) -> list[str]:
    kind = question.question_type.replace("_", " ").capitalize()
    return [f"## {question.sequence}. {kind}", "", f"> {plain(question.question)}", ""]


def _question(question: QuestionReport) -> list[str]:
    entries = ", ".join(map(str, question.entries)) or "none"
    lines = _heading(question)
    lines += [f"`status` {question.status}, `seconds_used` {question.seconds_used:g}, `entries` {entries}", ""]
    lines += [f"- asked as well: {plain(follow_up)}" for follow_up in question.follow_ups]
    lines += [""] if question.follow_ups else []
    lines += _signs(question.signs)
    for criterion in question.criteria:
        lines += [f"**{plain(criterion.criterion)}**: `verdict` {_or_null(criterion.verdict)}", ""]
        lines += [f"- {_quoted(quote)}" for quote in criterion.proposals]
        lines += [""] if criterion.proposals else []
    return lines


def _signs(signs: QuestionSigns) -> list[str]:
    lines = ["| sign | count | where |", "| --- | --- | --- |", f"| words | {signs.words} | |"]
    for name in SIGNS:
        found = getattr(signs, name)
        where = ", ".join(map(_quoted, found.places[:SHOWN_PLACES]))
        more = " …" if found.count > SHOWN_PLACES else ""
        lines.append(f"| {name.replace('_', ' ')} | {found.count} | {where}{more} |")
    return [*lines, ""]


def _quoted(quote: Quote) -> str:
    text = plain(" ".join(quote.quote.split())).replace("|", "\\|")
    return f"“{text}” ({quote.seq})"


def _figures(part: BaseModel) -> str:
    return ", ".join(f"{name}: {_or_null(value)}" for name, value in part.model_dump().items())


def _or_null(value: object) -> object:
    return "null" if value is None else value
