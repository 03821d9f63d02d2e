"""How the routers' routes come to the application."""

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from app.api.openapi import operation_id


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """Add each route of a router to the application itself.

    ``include_router`` keeps the router as one route, and then matches every path twice: to find the router, and
    again inside it. That is a tenth of a short request.
    """
    for route in router.routes:
        if isinstance(route, APIRoute):
            route.unique_id = operation_id(route)
        app.router.routes.append(route)
