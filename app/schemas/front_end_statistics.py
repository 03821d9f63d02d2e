"""Bodies of the statistics that the older front-end asks for."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.schemas.fields import MAX_DATE, MIN_DATE, Title
from app.schemas.statistics import CompanyStatistics, Rate

CompanyName = Annotated[Title, Field(description="Without regard to case and outer spaces")]
Year = Annotated[int, Field(ge=MIN_DATE.year, le=MAX_DATE.year)]
MAX_COMPANIES = 100


class TopCompaniesQuery(BaseModel):
    """How many companies are wanted."""

    limit: Annotated[int, Field(ge=1, le=MAX_COMPANIES)] = 10


class SuccessRates(BaseModel):
    """How far applications come. Cancelled interviews do not count."""

    application_to_interview_rate: Annotated[Rate, Field(description="Applications with an interview")]
    interview_to_offer_rate: Annotated[Rate, Field(description="Of those, applications that reached an offer")]
    overall_success_rate: Annotated[Rate, Field(description="Applications that reached an offer")]
    average_interviews_per_position: Annotated[float, Field(description="Two decimals", ge=0)]


class TopCompany(BaseModel):
    """The applications to one company in the older front-end's words."""

    company: str
    applications: int
    interviews: int
    offers: int
    success_rate: Rate


class CompanyFigures(TopCompany, CompanyStatistics):
    """The applications to one company, in its words and in ours."""


class MonthFigures(BaseModel):
    """What happened in one month, in UTC."""

    month: Annotated[str, Field(description="YYYY-MM", examples=["2024-01"])]
    positions_applied: int
    interviews_conducted: Annotated[int, Field(description="Interviews that are over and were not cancelled")]
    offers_received: Annotated[int, Field(description="Applications that reached `offer` for the first time")]
