"""The way to the language model that writes practice plans; without one Pipecat is not imported for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from loguru import logger as pipecat_log

from app.core.config import Settings
from app.interview_session.plans.plan_writer import PlanWriter


@asynccontextmanager
async def open_plan_writer(settings: Settings) -> AsyncIterator[PlanWriter | None]:
    """Give the writer that the settings ask for, and close its connections in the end; None for the templates."""
    if settings.llm_provider == "scripted":
        yield None
        return
    # It logs what a model is told.
    pipecat_log.disable("pipecat")
    module = await asyncio.to_thread(import_module, "app.interview_session.plans.model_plan_writer")
    writer = module.ModelPlanWriter(settings)
    try:
        yield writer
    finally:
        await writer.close()
