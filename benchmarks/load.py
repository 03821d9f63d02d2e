"""A load generator: a few keep-alive connections, each of which sends its next request when it has its answer.

It runs in the process of the benchmark and is plain enough to keep any of the servers busy: what it costs is CPU
time on another core, and only the servers' is counted.
"""

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

CONNECTIONS = 8
ANSWER_SECONDS = 20.0
_READ_BYTES = 1 << 18


class LoadError(Exception):
    """A server did not answer, or not with 200."""


@dataclass(frozen=True)
class Load:
    """What came of one stretch of load."""

    requests: int
    seconds: float
    latencies: list[float]

    def percentile(self, share: float) -> float:
        """Return the latency, in seconds, under which this share of the requests stayed."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))]


def get_request(path: str, token: str) -> bytes:
    """Return the bytes of a GET request."""
    lines = (f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: application/json", f"Authorization: Bearer {token}")
    return "\r\n".join((*lines, "", "")).encode()


def post_request(path: str, body: bytes) -> bytes:
    """Return the bytes of a POST request with JSON, of nobody who is signed in."""
    lines = (f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json")
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


def drive(port: int, requests: Sequence[bytes], *, seconds: float, start: int = 0) -> Load:
    """Send requests in turn, from number ``start`` on, for some seconds, and wait for the last answers.

    Raises:
        LoadError: an answer was not 200, or did not come.

    """
    return drive_all([port] * CONNECTIONS, requests, seconds=seconds, start=start)


def drive_all(ports: Sequence[int], requests: Sequence[bytes], *, seconds: float, start: int = 0) -> Load:
    """Do the same over one connection to each of ``ports``, which may name one several times.

    Raises:
        LoadError: an answer was not 200, or did not come.

    """
    number = start
    latencies: list[float] = []
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        deadline = began + seconds
        try:
            for port in ports:
                connection = Connection(port)
                selector.register(connection.socket, selectors.EVENT_READ, connection)
                connection.send(requests[number % len(requests)])
                number += 1
            open_connections = len(ports)
            while open_connections:
                ready = selector.select(ANSWER_SECONDS)
                if not ready:
                    raise LoadError(f"no answer within {ANSWER_SECONDS:.0f} s")
                for key, _ in ready:
                    connection = key.data
                    if not connection.has_answer():
                        continue
                    now = time.perf_counter()
                    latencies.append(now - connection.sent_at)
                    if now < deadline:
                        connection.send(requests[number % len(requests)])
                        number += 1
                    else:
                        selector.unregister(connection.socket)
                        connection.socket.close()
                        open_connections -= 1
        finally:
            for key in list(selector.get_map().values()):
                key.data.socket.close()
    return Load(len(latencies), time.perf_counter() - began, latencies)


class Connection:
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("_missing", "sent_at", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self._missing = -1

    def send(self, request: bytes) -> None:
        """Send a request; the answer to the one before must have been read."""
        self._missing = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def has_answer(self) -> bool:
        """Read what has come, and tell whether the answer is complete."""
        data = self.socket.recv(_READ_BYTES)
        if not data:
            raise LoadError("the server closed the connection")
        if self._missing < 0:
            # uvicorn sends head and body apart, but the head of a small answer is never torn on the loopback.
            head, _, body = data.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise LoadError(data[:500].decode(errors="replace"))
            self._missing = _content_length(head) - len(body)
        else:
            self._missing -= len(data)
        return self._missing == 0


def _content_length(head: bytes) -> int:
    start = head.lower().index(b"content-length:") + len(b"content-length:")
    return int(head[start:].split(b"\r\n", 1)[0])
