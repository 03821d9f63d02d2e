"""Bodies of the capture of postings."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.schemas.fields import BLANK_IS_NULL, NO_NUL, WebAddress

MAX_PASTED_LENGTH = 1024 * 1024
PastedText = Annotated[str, StringConstraints(max_length=MAX_PASTED_LENGTH, pattern=NO_NUL)]


class CaptureRequest(BaseModel):
    """A posting as the user sees it: at least one of the three. The address is never visited."""

    url: Annotated[WebAddress | None, BLANK_IS_NULL] = Field(
        None, examples=["https://boards.greenhouse.io/acme/jobs/41?gh_src=mail"]
    )
    text: Annotated[PastedText | None, BLANK_IS_NULL] = Field(
        None, description="The posting's words", examples=["Backend Engineer\nAcme · Berlin\n\nYou build our API."]
    )
    html: Annotated[PastedText | None, BLANK_IS_NULL] = Field(
        None,
        description="The page's HTML",
        examples=["<title>Backend Engineer at Acme</title><h1>Backend Engineer</h1><p>You build our API."],
    )

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not (self.url or self.text or self.html):
            raise PydanticCustomError("text", "This field is required without url and html")
        return self


class CaptureResponse(BaseModel):
    """A proposed position; nothing of it is stored. It can be sent to `POST /api/v1/positions` as it is."""

    title: str | None
    company: str | None
    location: str | None
    salary_range: str | None
    description: Annotated[str | None, Field(description="Plain text, cut at 20,000 characters")]
    source: Annotated[str | None, Field(description="The job board's name, or the address's host")]
    job_url: Annotated[str | None, Field(description="Without tracking parameters")]
    read_from: Annotated[
        Literal["json_ld", "microdata", "page", "text", "url"],
        Field(description="The best thing that there was; what it lacked is from those behind it"),
    ]
