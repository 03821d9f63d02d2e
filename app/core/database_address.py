"""The address of a database: read by asyncpg's rules, for everything that connects.

The application, its migrations and its tools hand the same address to the same driver, so that what one can reach the
others can. Whatever asyncpg does not know, or would misunderstand, is refused here in a sentence that does not quote
the address: it holds a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import asyncpg
from asyncpg import connect_utils

MAX_CONNECT_TIMEOUT_SECONDS = 300
DEFAULT_PORT = 5432
MAX_PORT = 65535

_SCHEME = re.compile(r"postgres(ql)?(\+\w+)?://", re.ASCII)
_FORM = "must have the form postgresql://user:password@host:5432/name"
_ENCODE = "signs such as @ / ? # % in a user or a password must be percent-encoded (@ as %40)"
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_UNKNOWN_TO_ASYNCPG = frozenset(
    {
        "channel_binding",
        "fallback_application_name",
        "gssdelegation",
        "gssencmode",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "replication",
        "require_auth",
        "requirepeer",
        "sslcertmode",
        "sslcompression",
        "sslsni",
        "tcp_user_timeout",
    }
)
"""What psql understands and asyncpg would send to the server as a setting, which ends the connection."""

_OTHER_HOST = (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.TargetServerAttributeNotMatched)
"""After these the next host of the address is tried."""


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is and who enters it. ``dsn`` holds the password; ``place`` and ``masked`` do not."""

    dsn: str
    hosts: tuple[tuple[str, int], ...]
    database: str
    connect_timeout_seconds: float | None
    """How long each host may take; None: what the caller says."""
    application_name: str | None

    @property
    def place(self) -> str:
        """Return where it is, without who enters it: ``host:port/name``."""
        return f"{_listed(self.hosts)}/{self.database}"

    @property
    def masked(self) -> str:
        """Return the address fit for a response: user and password are starred out."""
        networked = [(host, port) for host, port in self.hosts if not host.startswith("/")]
        return f"postgresql://***:***@{_listed(networked) or 'localhost'}/{self.database}"

    async def connect(
        self,
        *,
        timeout_seconds: float,
        command_timeout_seconds: float | None = None,
        server_settings: Mapping[str, str] | None = None,
    ) -> asyncpg.Connection:
        """Open a connection to the first host that will have us.

        Each gets the time-out for itself, as with ``psql``; asyncpg's own is for all together, so that the first
        host's silence would leave none for the second. What the driver raises is passed on as it is.
        """
        for host, port in self.hosts[:-1]:
            try:
                return await self._connect_to(host, port, timeout_seconds, command_timeout_seconds, server_settings)
            except _OTHER_HOST:
                continue
        host, port = self.hosts[-1]
        return await self._connect_to(host, port, timeout_seconds, command_timeout_seconds, server_settings)

    async def _connect_to(
        self,
        host: str,
        port: int,
        timeout_seconds: float,
        command_timeout_seconds: float | None,
        server_settings: Mapping[str, str] | None,
    ) -> asyncpg.Connection:
        return await asyncpg.connect(
            self.dsn,
            host=host,
            port=port,
            timeout=self.connect_timeout_seconds or timeout_seconds,
            command_timeout=command_timeout_seconds,
            server_settings=dict(server_settings or {}),
        )


@lru_cache(maxsize=64)
def read_address(url: str) -> DatabaseAddress:
    """Return what an address says, whatever driver it names.

    ``connect_timeout`` is taken out of it, because asyncpg does not know it, and ``ssl``, SQLAlchemy's word, becomes
    ``sslmode``.

    Raises:
        ValueError: asyncpg could not use it; one line that says why, and quotes nothing of user or password.

    """
    url = url.strip()
    if not _SCHEME.match(url):
        raise ValueError("must begin with postgresql://")
    rest = url[url.index("://") :]
    try:
        parts = urlsplit(f"postgresql{rest}")
        parameters = dict(parse_qsl(parts.query, strict_parsing=True, keep_blank_values=True)) if parts.query else {}
    except ValueError:
        raise ValueError(f"{_FORM}; {_ENCODE}") from None
    if _is_cut_by_a_sign(parts.netloc, parts.path, rest):
        raise ValueError(_ENCODE)
    if not unquote(parts.path).isprintable() or "\0" in unquote(rest):
        raise ValueError("must have no control characters")
    timeout = _taken_timeout(parameters)
    if "ssl" in parameters:
        parameters.setdefault("sslmode", parameters.pop("ssl"))
    _refuse_what_cannot_work(parameters)
    dsn = f"postgresql://{parts.netloc}{parts.path}"
    if parameters:
        # Not urlencode's own `+` for a space: psql would take it for a plus.
        dsn += f"?{urlencode(parameters, quote_via=quote)}"
    hosts, database = _read_as_asyncpg(dsn)
    if not all(1 <= port <= MAX_PORT for _, port in hosts):
        # The resolver would take the rest of a division by 65536.
        raise ValueError(f"its port must be a number from 1 to {MAX_PORT}")
    return DatabaseAddress(
        dsn=dsn,
        hosts=hosts,
        database=database,
        connect_timeout_seconds=timeout,
        application_name=parameters.get("application_name"),
    )


def _is_cut_by_a_sign(netloc: str, path: str, whole: str) -> bool:
    """Tell whether a bare sign in a password has ended a part of the address too early.

    What follows would be taken for a host or a name, looked up and logged.
    """
    has_control_sign = any(sign.isspace() or not sign.isprintable() for sign in whole)
    is_cut = "@" in path or ("@" in whole and "@" not in netloc)
    return has_control_sign or is_cut or netloc.count("@") > 1 or "#" in whole


def _taken_timeout(parameters: dict[str, str]) -> float | None:
    value = parameters.pop("connect_timeout", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:9]) <= MAX_CONNECT_TIMEOUT_SECONDS:
        raise ValueError(f"connect_timeout must be a whole number of seconds, 1 to {MAX_CONNECT_TIMEOUT_SECONDS}")
    return float(value)


def _refuse_what_cannot_work(parameters: Mapping[str, str]) -> None:
    for name in parameters:
        if name in _UNKNOWN_TO_ASYNCPG:
            raise ValueError(f"{name} is not supported: leave it out")
    for name in _FILES:
        if name in parameters and not Path(parameters[name]).is_file():
            raise ValueError(f"{name} must name a file that can be read")
    if parameters.get("target_session_attrs", "any") not in {"any", "primary", "read-write"}:
        raise ValueError("target_session_attrs must be any, primary or read-write: a standby cannot be written to")


def _read_as_asyncpg(dsn: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts and the name that asyncpg would go to; it is the only one who knows all of its rules."""
    arguments: dict[str, Any] = dict.fromkeys(
        (
            *("host", "port", "user", "password", "passfile", "database", "ssl", "service", "servicefile"),
            *("direct_tls", "server_settings", "target_session_attrs", "krbsrvname", "gsslib"),
        )
    )
    try:
        read = connect_utils._parse_connect_dsn_and_args  # type: ignore[attr-defined] # noqa: SLF001 - there is no public one
        addresses, parameters = read(dsn=dsn, **arguments)
    except asyncpg.ClientConfigurationError as error:
        # About modes and files; what it says of hosts may be a password that went astray.
        if "host" in str(error) or "IPv6" in str(error):
            raise ValueError(_FORM) from None
        raise ValueError(str(error).replace("`", "").splitlines()[0]) from None
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
        raise ValueError(f"its certificates cannot be read ({reason})") from None
    except Exception:  # noqa: BLE001 - whatever it says may quote the password
        raise ValueError(_FORM) from None
    return tuple(_host_and_port(address) for address in addresses), parameters.database


def _host_and_port(address: str | tuple[str, int]) -> tuple[str, int]:
    """Return a host as asyncpg takes it: for a socket the folder that it is in."""
    if isinstance(address, tuple):
        return address
    folder, _, port = address.rpartition("/.s.PGSQL.")
    return (folder, int(port)) if folder and port.isdigit() else (address, DEFAULT_PORT)


def _listed(hosts: tuple[tuple[str, int], ...] | list[tuple[str, int]]) -> str:
    return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in hosts)
