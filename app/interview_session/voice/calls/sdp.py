"""What is accepted of a peer's session description, and which of its candidates may be sent to."""

import re
from collections.abc import Iterator
from ipaddress import ip_address

MAX_SDP_BYTES = 64 * 1024
MAX_CANDIDATES = 64
MALFORMED = "Must be a session description that can be answered"
FINGERPRINT_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
"""The hashes by which a peer's certificate can be known here, and their lengths."""

_AUDIO = re.compile(r"^m=audio \d+ ", re.MULTILINE)
_FINGERPRINT = "a=fingerprint:"
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
_CANDIDATE = "candidate:"


class SdpError(Exception):
    """The description cannot be worked with; the message says why."""


def check_offer(sdp: str) -> None:
    """Raise ``SdpError`` for what is plainly no offer of a call."""
    if len(sdp.encode()) > MAX_SDP_BYTES:
        raise SdpError(f"Must be at most {MAX_SDP_BYTES} bytes")
    if not sdp.startswith("v=0") or not _AUDIO.search(sdp):
        raise SdpError("Must be a session description with audio")
    if not _can_identify_itself(sdp):
        raise SdpError(MALFORMED)


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


def _can_identify_itself(sdp: str) -> bool:
    """Tell whether any certificate could match the fingerprints: one of a known hash at least, and all of those."""
    sizes_and_values = [
        (FINGERPRINT_BYTES[algorithm], value)
        for algorithm, value in _fingerprints_of_audio(sdp)
        if algorithm in FINGERPRINT_BYTES
    ]
    return bool(sizes_and_values) and all(
        len(value) == 3 * size - 1 and _HEX_PAIRS.fullmatch(value) for size, value in sizes_and_values
    )


def _fingerprints_of_audio(sdp: str) -> Iterator[tuple[str, str]]:
    """Yield the fingerprints that count for the audio: the session's, its own, and those of a bundle."""
    is_session = counts = True
    is_bundled = False
    for line in sdp.splitlines():
        if line.startswith("m="):
            is_session, counts = False, is_bundled or line.startswith("m=audio ")
        elif is_session and line.startswith("a=group:BUNDLE "):
            is_bundled = True
        elif counts and line.startswith(_FINGERPRINT):
            algorithm, _, value = line.removeprefix(_FINGERPRINT).partition(" ")
            yield algorithm.lower(), value.strip()
