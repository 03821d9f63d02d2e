"""Makes the reports of sessions that have ended: one runner per process, any number beside each other."""

import asyncio
from contextlib import suppress
from functools import partial

import structlog
from opentelemetry.trace import Span, SpanKind

from app.core import traces
from app.core.clock import utc_now
from app.core.database import Database
from app.core.errors import DatabaseUnavailableError, RateLimitError
from app.core.metrics import OLDEST_REPORT_JOB_SECONDS, REPORT_JOBS, REPORTS
from app.core.wake_ups import Subscriber
from app.interview_session.conversation.meaning import Meaning
from app.interview_session.events.event_log import REPORT_TOPIC
from app.interview_session.events.events import report_ready
from app.interview_session.language_model import PromptedModel
from app.interview_session.report.job_repository import Claim, ReportJobRepository
from app.interview_session.report.judge import judge
from app.interview_session.report.report_maker import LEAST_JUDGING_SECONDS, Judge, MadeReport, ReportMaker
from app.interview_session.report.schemas import Report, ReportStatus
from app.interview_session.room.room_service import RoomNotFoundError, RoomService
from app.interview_session.room.written_interviewer import WrittenInterviewer
from app.repositories.access import DataAccess
from app.services.rate_limits import RateLimits

log = structlog.get_logger(__name__)

REPORTS_AT_ONCE = 4
"""Reports that one process makes at the same time; mostly they wait for a model."""

LEASE_SECONDS = 20.0
"""So long after its last sign of life a process has lost the reports that it was making."""

RENEW_SECONDS = 5.0
MAX_SLEEP_SECONDS = 1.0
"""A look at the table at least this often, whatever wake-ups were lost."""

RETRY_SECONDS = 0.2
BACK_OFF_SECONDS = 2.0
"""The pause after the first attempt that failed; each further one is twice as long."""

GIVE_UP_SECONDS = 180.0
"""So long after a report was asked for it is there, with what there is by then."""

STORING_SECONDS = 20.0
"""The part of it that is kept for what follows the verdicts, or for another process to take over."""

JUDGED_ATTEMPTS = 2
"""Attempts that may ask a model. What a process that was killed has asked for is paid, and lost with it."""

MAX_ATTEMPTS = 3
GIVEN_UP = "GivenUp"
"""What stands in the place of an error's class where there was no time or no attempt left to ask a model."""

BUDGET_USED_UP = "BudgetUsedUp"
"""The same where the user has had as many reports judged as the settings allow."""

STORE_ATTEMPTS = 5
STORE_PAUSE_SECONDS = 1.0


for _status in (ReportStatus.READY, ReportStatus.FAILED, ReportStatus.INSUFFICIENT_EVIDENCE):
    REPORTS.labels(_status.value)


class LostClaimError(Exception):
    """Somebody else makes the report by now, or it is to be made of something newer."""


class ReportRunner(Subscriber):
    """Claims reports that are due and makes them, each under a lease that a process which dies lets run out.

    Reports are made by code alone where there is no model, and for sessions that are nobody's: none is ever read.
    """

    topic = REPORT_TOPIC

    def __init__(
        self, database: Database, interviewer: WrittenInterviewer, meaning: Meaning, limits: RateLimits
    ) -> None:
        self._lane = database.background
        self._limits = limits
        self._interviewer = interviewer
        self._maker = ReportMaker(DataAccess(self._lane.reads), meaning)
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._making: dict[Claim, asyncio.Task[None]] = {}
        self.judge: Judge | None = None

    def start(self, model: PromptedModel | None) -> None:
        """Begin to run, in tasks that ``stop`` ends; ``model`` judges the answers."""
        self.judge = partial(judge, model=model) if model else None
        self._tasks = [
            asyncio.create_task(self._run_for_ever(), name="report_runner"),
            asyncio.create_task(self._renew_for_ever(), name="report_leases"),
        ]

    async def stop(self) -> None:
        """Stop running. What is being made is left to whoever comes next, at once."""
        claims = [*self._making]
        tasks, self._tasks = [*self._tasks, *self._making.values()], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for claim in claims:
            with suppress(DatabaseUnavailableError):
                await self._release(claim, None, delay_seconds=0)

    def look_again(self, subject: str | None) -> None:
        """Wake up: a report was asked for, or may have been."""
        del subject
        self._woken.set()

    async def begin_due(self) -> list[asyncio.Task[None]]:
        """Begin with reports that are due now, as many as there are places for, and return what makes them."""
        begun = []
        while len(self._making) < REPORTS_AT_ONCE and (claim := await self._claim()):
            task = asyncio.create_task(self._attempt(claim), name="report")
            self._making[claim] = task
            task.add_done_callback(partial(self._forget, claim))
            begun.append(task)
        return begun

    async def refresh_gauges(self) -> None:
        """Bring the figures of the waiting jobs up to date."""
        jobs = await ReportJobRepository(DataAccess(self._lane.reads)).figures()
        REPORT_JOBS.labels("waiting").set(jobs.waiting)
        REPORT_JOBS.labels("being_made").set(jobs.being_made)
        OLDEST_REPORT_JOB_SECONDS.set(jobs.oldest_seconds)

    def forget_gauges(self) -> None:
        """Give no figures of the waiting jobs: they could not be found out."""
        REPORT_JOBS.clear()
        OLDEST_REPORT_JOB_SECONDS.set(0)

    async def _run_for_ever(self) -> None:
        while True:
            try:
                await self._run_once()
            except Exception as error:
                log.warning("report_runner_failed", exc_info=not isinstance(error, DatabaseUnavailableError))
                await asyncio.sleep(RETRY_SECONDS)

    async def _run_once(self) -> None:
        self._woken.clear()
        await self.begin_due()
        seconds = MAX_SLEEP_SECONDS
        if len(self._making) < REPORTS_AT_ONCE:
            due_at, now = await ReportJobRepository(DataAccess(self._lane.reads)).next_due()
            if due_at is not None:
                seconds = min(max((due_at - now).total_seconds(), RETRY_SECONDS), seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def _forget(self, claim: Claim, task: asyncio.Task[None]) -> None:
        del self._making[claim]
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("report_task_failed", session_id=str(claim.session_id), error=type(error).__name__)

    async def _renew_for_ever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                await self.renew()
            except Exception as error:  # noqa: BLE001 - the next time may succeed, and the lease is four times as long
                log.warning("report_leases_failed", error=type(error).__name__)

    async def renew(self) -> None:
        """Keep what is being made here; leave what is not ours any more, or not wanted."""
        making = dict(self._making)
        if not making:
            return
        async with self._lane.transaction() as db:
            claims = {claim.id: claim.session_id for claim in making}
            held = await ReportJobRepository(DataAccess(self._lane.reads, db)).renew(claims, LEASE_SECONDS)
        for claim, task in making.items():
            if claim.id not in held:
                task.cancel()

    async def _claim(self) -> Claim | None:
        async with self._lane.transaction() as db:
            return await ReportJobRepository(DataAccess(self._lane.reads, db)).claim(LEASE_SECONDS)

    async def _release(self, claim: Claim, error: str | None, *, delay_seconds: float) -> None:
        async with self._lane.transaction() as db:
            jobs = ReportJobRepository(DataAccess(self._lane.reads, db))
            await jobs.release(claim, error, delay_seconds=delay_seconds)

    async def _attempt(self, claim: Claim) -> None:
        """Make a report and store it, or leave it to a later attempt; the last one stores that it failed."""
        attributes: traces.Attributes = {
            "interview_tracker.session_id": str(claim.session_id),
            "interview_tracker.attempt": claim.attempt,
        }
        with traces.span("report", kind=SpanKind.CONSUMER, attributes=attributes, is_root=True) as span:
            await self._make_and_store(claim, span)

    async def _make_and_store(self, claim: Claim, span: Span) -> None:
        try:
            made = await self._make(claim)
        except DatabaseUnavailableError as error:
            traces.note_failure(span, error)
            await self._try_later(claim, error)
            return
        except Exception as error:
            traces.note_failure(span, error)
            log.warning("report_failed", session_id=str(claim.session_id), attempt=claim.attempt, exc_info=True)
            if claim.attempt < MAX_ATTEMPTS:
                await self._try_later(claim, error)
                return
            failed = Report(session_id=claim.session_id, status=ReportStatus.FAILED, created_at=utc_now())
            made = MadeReport(failed, error=type(error).__name__)
        if made is not None:
            await self._store_patiently(claim, made)

    async def _make(self, claim: Claim) -> MadeReport | None:
        seconds = GIVE_UP_SECONDS - STORING_SECONDS - claim.age_seconds
        judge = self.judge if claim.user_id else None
        obstacle = partial(self._obstacle, claim, seconds)
        return await self._maker.make(claim.session_id, judge, obstacle, judging_seconds=seconds)

    async def _obstacle(self, claim: Claim, seconds: float) -> str | None:
        """Return why no model may be asked, in the place of an error's class; if one may, that is counted."""
        if claim.attempt > JUDGED_ATTEMPTS or seconds < LEAST_JUDGING_SECONDS:
            return GIVEN_UP
        if claim.attempt == 1 and claim.user_id:
            try:
                await self._limits.count_judged_report(claim.user_id)
            except RateLimitError:
                return BUDGET_USED_UP
        return None

    async def _try_later(self, claim: Claim, error: Exception) -> None:
        delay_seconds = BACK_OFF_SECONDS * 2 ** min(claim.attempt - 1, 5)
        # Without the database the lease runs out, and does the same.
        with suppress(DatabaseUnavailableError):
            await self._release(claim, type(error).__name__, delay_seconds=delay_seconds)

    async def _store_patiently(self, claim: Claim, made: MadeReport) -> None:
        """Store a report, over a short trouble with the database: what a model was paid for is not thrown away."""
        for tries_left in reversed(range(STORE_ATTEMPTS)):
            try:
                await self._store(claim, made)
            except DatabaseUnavailableError:
                if not tries_left:
                    raise
                await asyncio.sleep(STORE_PAUSE_SECONDS)
            except (RoomNotFoundError, LostClaimError):
                # The session is gone, or the report is another's by now.
                return
            else:
                return

    async def _store(self, claim: Claim, made: MadeReport) -> None:
        """Put a report in its place and tell it in the session's log, in one transaction."""
        async with self._lane.transaction() as db:
            access = DataAccess(self._lane.reads, db)
            rooms, jobs = RoomService(access, self._interviewer), ReportJobRepository(access)
            act = await rooms.begin(claim.session_id)
            if not await jobs.finish(claim, made.error):
                raise LostClaimError
            report = made.report
            stored = report.model_dump(mode="json")
            await jobs.put(claim.session_id, claim.user_id, stored, report.created_at, made.earlier)
            act.add(report_ready(claim.session_id, status=report.status, made_by=report.made_by))
            await rooms.complete(act)
        REPORTS.labels(report.status.value).inc()
