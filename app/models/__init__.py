"""The entities. Importing this package registers every table on ``Base.metadata``."""

from app.models.base import Base
from app.models.contact import Contact, ContactPosition
from app.models.document import Document, DocumentChunk, DocumentPosition
from app.models.interview import Interview
from app.models.interview_session import InterviewSession, SessionEvent
from app.models.mock_interview import MockInterview
from app.models.note import Note
from app.models.operations import IdempotencyKey, RateLimit, StoredBytes
from app.models.position import Position, StatusChange
from app.models.product import Product
from app.models.report import ReportJob, SelfAssessment, SessionReport, VerdictDispute
from app.models.task import Task
from app.models.user import CalendarFeed, Login, RefreshToken, User

__all__ = [
    "Base",
    "CalendarFeed",
    "Contact",
    "ContactPosition",
    "Document",
    "DocumentChunk",
    "DocumentPosition",
    "IdempotencyKey",
    "Interview",
    "InterviewSession",
    "Login",
    "MockInterview",
    "Note",
    "Position",
    "Product",
    "RateLimit",
    "RefreshToken",
    "ReportJob",
    "SelfAssessment",
    "SessionEvent",
    "SessionReport",
    "StatusChange",
    "StoredBytes",
    "Task",
    "User",
    "VerdictDispute",
]
