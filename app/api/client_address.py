"""The address of whoever sends a request, as far as it can be believed."""

import os
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network
UVICORN_TRUSTED_PEER = "127.0.0.1"


def client_address(scope: Scope, trusted_proxies: Sequence[Network]) -> str:
    """Return the peer's address, or the one it forwards for if it is a trusted proxy.

    ``X-Forwarded-For`` is read from its end: each trusted hop vouches for the one before it.
    """
    address = _peer(scope)
    hops = _forwarded_for(scope)
    while hops and _is_trusted(address, trusted_proxies):
        address = hops.pop()
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        # A subscriber has at least this many addresses, and could use a new one for each attempt.
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed or address)[:64]


def _peer(scope: Scope) -> str:
    host, port = scope.get("client") or ("unknown", 1)
    # uvicorn, unless told otherwise, believes X-Forwarded-For from 127.0.0.1 and puts its word with port 0 in the
    # place of the peer. Only an operator who named other peers (FORWARDED_ALLOW_IPS) meant that.
    if port == 0 and "FORWARDED_ALLOW_IPS" not in os.environ:
        return UVICORN_TRUSTED_PEER
    return str(host)


def _forwarded_for(scope: Scope) -> list[str]:
    hops = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for hop in ",".join(hops).split(",") if hop.strip()]


def _is_trusted(address: str, networks: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    # An IPv4 client of a dual-stack socket arrives as ::ffff:a.b.c.d.
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed
