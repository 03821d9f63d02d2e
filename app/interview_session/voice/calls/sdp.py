"""What is accepted of a peer's session description, and which of its candidates may be sent to."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

MAX_SDP_BYTES = 64 * 1024
MAX_CANDIDATES = 64
"""How many addresses a peer may name in a whole call, in its offers and after them."""

MALFORMED = "Must be a session description that can be answered"
FINGERPRINT_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
"""The hashes by which a peer's certificate can be known here, and their lengths."""

_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Mapped, compatible and translated addresses, and those of translators by their well-known prefix.
_ENDING_IN_IPV4 = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("::/96"),
    IPv6Network("::ffff:0:0:0/96"),
    IPv6Network("64:ff9b::/96"),
)
_AUDIO = re.compile(r"^m=audio \d+ ", re.MULTILINE)
_FINGERPRINT = "a=fingerprint:"
_ICE_NAME = "a=ice-ufrag:"
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
_CANDIDATE = "candidate:"
_END_OF_CANDIDATES = "a=end-of-candidates"


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


class RemoteCandidates:
    """The addresses of one peer that connectivity checks may go to, ``MAX_CANDIDATES`` in its whole call.

    Whoever writes an offer chooses where this server sends packets. So the limit counts addresses, not requests, and
    one that is named again, as every renegotiation does, counts once.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._addresses: set[tuple[str, str]] = set()

    def admit(self, candidate: str) -> bool:
        """Tell whether checks may go to a candidate (``candidate:… UDP … address port typ …``), and remember it."""
        if not may_send_to(candidate, allow_private=self._allow_private):
            return False
        _, _, _, _, host, port, *_ = candidate.removeprefix(_CANDIDATE).split()
        address = (str(ip_address(host)), port)
        if address not in self._addresses and len(self._addresses) >= MAX_CANDIDATES:
            return False
        self._addresses.add(address)
        return True


def without_forbidden_candidates(sdp: str, candidates: RemoteCandidates) -> str:
    """Return a description without the candidates that must not be sent to, and without too many of them.

    The end of the candidates is left out as well, unless all of them stay. A peer with no candidate left, such as a
    browser on a private network, is reached all the same, because it sends first; aioice gives up before that once
    it knows that no candidate follows. How long it waits is limited by the call.
    """
    lines = sdp.splitlines()
    named = [line for line in lines if line.startswith(f"a={_CANDIDATE}")]
    forbidden = {line for line in named if not candidates.admit(line[2:])}
    is_complete = bool(named) and not forbidden
    kept = [line for line in lines if line not in forbidden and (is_complete or line != _END_OF_CANDIDATES)]
    return "\r\n".join(kept) + "\r\n"


def may_send_to(candidate: str, *, allow_private: bool) -> bool:
    """Tell whether connectivity checks may go to a candidate (``candidate:… UDP … address port typ …``).

    A name is never looked up: browsers hide their local addresses behind ``.local`` ones.
    """
    parts = candidate.removeprefix(_CANDIDATE).split()
    if len(parts) < 8 or parts[2].lower() != "udp":
        return False
    try:
        address = reached_by(ip_address(parts[4]))
        port = int(parts[5])
    except ValueError:
        return False
    if address.is_multicast or address.is_unspecified or not 1024 <= port <= 65535:
        return False
    return allow_private or _is_global(address)


def reached_by(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that packets to an IPv6 one end at, where it carries one; else the address itself."""
    if not isinstance(address, IPv6Address):
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _ENDING_IN_IPV4) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the internet's; of IPv6 only a part has ever been given out (RFC 4291)."""
    return address.is_global and (isinstance(address, IPv4Address) or address in _GLOBAL_UNICAST)


def peer_identity(sdp: str) -> tuple[frozenset[str], str | None]:
    """Return what tells one peer from another: the fingerprints of its certificate, and its ICE name.

    A renegotiation repeats both. A page that was loaded again has another certificate. An ICE restart has another
    name, and aiortc cannot change it in place.
    """
    fingerprints = frozenset(f"{algorithm} {value.upper()}" for algorithm, value in _fingerprints_of_audio(sdp))
    return fingerprints, next(_values_for_audio(sdp, _ICE_NAME), None)


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
    for line in _values_for_audio(sdp, _FINGERPRINT):
        algorithm, _, value = line.partition(" ")
        yield algorithm.lower(), value.strip()


def _values_for_audio(sdp: str, attribute: str) -> Iterator[str]:
    """Yield the values of an attribute that count for the audio: the session's, its own, and those of a bundle."""
    is_session = counts = True
    is_bundled = False
    for line in sdp.splitlines():
        if line.startswith("m="):
            is_session, counts = False, is_bundled or line.startswith("m=audio ")
        elif is_session and line.startswith("a=group:BUNDLE "):
            is_bundled = True
        elif counts and line.startswith(attribute):
            yield line.removeprefix(attribute)
