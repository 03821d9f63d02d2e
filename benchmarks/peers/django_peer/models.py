"""The tables as models of Django, with as much of each as the endpoints need. Migrations are not Django's."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest, Now, TruncDate


class Record(models.Model):
    """What all have in common."""

    id = models.UUIDField(primary_key=True, default=uuid4)

    class Meta:
        abstract = True


class User(Record):
    """An account."""

    email = models.TextField()

    class Meta:
        managed = False
        db_table = "users"


class PositionQuerySet(QuerySet["Position"]):
    """The queries of positions."""

    def with_details(self) -> "PositionQuerySet":
        """Return them with all that an answer shows, in two queries more for all of them."""
        open_tasks = Task.objects.filter(done_at__isnull=True, due_date__gte=TruncDate(Now()))
        return (
            self.defer("search_vector", "responded", "offered")
            .annotate(
                last_activity_at=Coalesce(
                    Greatest(
                        newest(StatusChange.objects.filter(occurred_at__lte=Now()), "occurred_at"),
                        newest(Interview.objects.filter(scheduled_date__lte=Now()), "scheduled_date"),
                        newest(Note.objects.all(), "occurred_at"),
                        newest(Task.objects.all(), "done_at"),
                        newest(DocumentPosition.objects.all(), "document__created_at"),
                        newest(InterviewSession.objects.all(), Coalesce("started_at", "created_at")),
                    ),
                    F("created_at"),
                )
            )
            .prefetch_related(
                Prefetch("interviews", Interview.objects.order_by("scheduled_date", "id")),
                Prefetch("tasks", open_tasks.order_by("due_date", "id"), to_attr="open_tasks"),
            )
        )


def newest(rows: QuerySet[Any], moment: Any) -> Subquery:
    """Return the newest moment of a position's rows, as a part of a query of positions."""
    of_position = rows.filter(position=OuterRef("id")).order_by().values("position")
    return Subquery(of_position.annotate(newest=Max(moment)).values("newest"))


class Position(Record):
    """A job that a user applied for or has saved."""

    user = models.ForeignKey(User, models.CASCADE)
    title = models.TextField()
    company = models.TextField()
    description = models.TextField(null=True)
    location = models.TextField(null=True)
    salary_range = models.TextField(null=True)
    status = models.TextField()
    application_date = models.DateField(null=True)
    job_url = models.TextField(null=True)
    source = models.TextField(null=True)
    tags = ArrayField(models.TextField())
    archived = models.BooleanField()
    responded = models.BooleanField()
    offered = models.BooleanField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    search_vector = SearchVectorField()

    objects = PositionQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "positions"

    @property
    def next_event(self) -> dict[str, Any] | None:
        """Return the first open task or the first interview ahead that is not cancelled, whichever is earlier."""
        now = datetime.now(UTC)
        events: list[dict[str, Any]] = [
            {"kind": "task", "id": task.id, "title": task.title, "at": None, "date": task.due_date}
            for task in self.open_tasks[:1]
        ]
        for interview in self.interviews.all():
            at = interview.scheduled_date
            if at > now and interview.outcome != "cancelled":
                events.append(
                    {"kind": "interview", "id": interview.id, "title": interview.type, "at": at, "date": at.date()}
                )
                break
        return min(events, key=lambda event: event["date"], default=None)


class Interview(Record):
    """An interview of a position."""

    user = models.ForeignKey(User, models.CASCADE)
    position = models.ForeignKey(Position, models.CASCADE, related_name="interviews")
    type = models.TextField()
    place = models.TextField()
    scheduled_date = models.DateTimeField()
    duration_minutes = models.IntegerField(null=True)
    notes = models.TextField(null=True)
    outcome = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "interviews"


class StatusChange(Record):
    """An entry of a position's history."""

    position = models.ForeignKey(Position, models.CASCADE)
    occurred_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "status_changes"


class Note(Record):
    """A note on a position."""

    position = models.ForeignKey(Position, models.CASCADE)
    occurred_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "notes"


class Task(Record):
    """Something to do for a position."""

    position = models.ForeignKey(Position, models.CASCADE, related_name="tasks")
    title = models.TextField()
    due_date = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "tasks"


class Document(Record):
    """A document that belongs to positions."""

    created_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "documents"


class DocumentPosition(models.Model):
    """That a document belongs to a position."""

    pk = models.CompositePrimaryKey("document_id", "position_id")
    document = models.ForeignKey(Document, models.CASCADE)
    position = models.ForeignKey(Position, models.CASCADE)

    class Meta:
        managed = False
        db_table = "document_positions"


class InterviewSession(Record):
    """A practice session for a position."""

    position = models.ForeignKey(Position, models.CASCADE)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "interview_sessions"
