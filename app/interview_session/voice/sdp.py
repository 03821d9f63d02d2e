"""What is accepted of a peer's session description, and which of its candidates may be sent to."""

import re
from ipaddress import ip_address

MAX_SDP_BYTES = 64 * 1024
MAX_CANDIDATES = 64
_AUDIO = re.compile(r"^m=audio \d+ ", re.MULTILINE)
_CANDIDATE = "candidate:"


class SdpError(Exception):
    """The description cannot be worked with; the message says why."""


def check_offer(sdp: str) -> None:
    """Raise ``SdpError`` for what is plainly no offer of a call."""
    if len(sdp.encode()) > MAX_SDP_BYTES:
        raise SdpError(f"Must be at most {MAX_SDP_BYTES} bytes")
    if not sdp.startswith("v=0") or not _AUDIO.search(sdp):
        raise SdpError("Must be a session description with audio")


def without_forbidden_candidates(sdp: str, *, allow_private: bool) -> str:
    """Return a description without the candidates that must not be sent to, and without too many of them."""
    kept: list[str] = []
    candidates = 0
    for line in sdp.splitlines():
        if line.startswith(f"a={_CANDIDATE}"):
            if candidates == MAX_CANDIDATES or not may_send_to(line[2:], allow_private=allow_private):
                continue
            candidates += 1
        kept.append(line)
    return "\r\n".join(kept) + "\r\n"


def may_send_to(candidate: str, *, allow_private: bool) -> bool:
    """Tell whether connectivity checks may go to a candidate (``candidate:… UDP … address port typ …``).

    Whoever writes an offer chooses where this server sends packets. A name is never looked up: browsers hide their
    local addresses behind ``.local`` ones, and are reached all the same, because they send first.
    """
    parts = candidate.removeprefix(_CANDIDATE).split()
    if len(parts) < 8 or parts[2].lower() != "udp":
        return False
    try:
        address = ip_address(parts[4])
        port = int(parts[5])
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or not 1024 <= port <= 65535:
        return False
    return allow_private or address.is_global
