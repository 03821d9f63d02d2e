"""Where the endpoints are."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from benchmarks.peers.django_peer.api import api


async def health(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "healthy"})


urlpatterns = [path("health", health), path("api/v1/", api.urls)]
