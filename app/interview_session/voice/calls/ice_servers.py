"""STUN and TURN servers for the peers of a room, with credentials that expire."""

import base64
import hashlib
import hmac
import time
from typing import Any

from app.core.config import Settings


def ice_servers(settings: Settings, room_id: str) -> list[dict[str, Any]]:
    """Return the servers in the form of a browser's ``RTCIceServer``.

    The TURN credentials follow the "REST API" scheme that coturn knows as ``use-auth-secret``: the name holds the
    time of its expiry, the password is its HMAC.
    """
    servers: list[dict[str, Any]] = []
    if settings.stun_servers:
        servers.append({"urls": list(settings.stun_servers)})
    if settings.turn_servers:
        username = f"{int(time.time()) + settings.turn_credential_seconds}:{room_id}"
        servers.append({"urls": list(settings.turn_servers)} | _credentials(settings, username))
    return servers


def _credentials(settings: Settings, username: str) -> dict[str, str]:
    assert settings.turn_shared_secret is not None
    secret = settings.turn_shared_secret.get_secret_value().encode()
    # SHA-1 is the scheme's choice; as an HMAC it is not broken.
    digest = hmac.new(secret, username.encode(), hashlib.sha1).digest()
    return {"username": username, "credential": base64.b64encode(digest).decode()}
