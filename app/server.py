"""uvicorn with the options that the application wants, on an address that is looked at before anything is loaded."""

import argparse
import socket
import sys

import uvicorn

from app.core.early_log import early_setting, write_line

START_FAILED = 3
GRACEFUL_SHUTDOWN_SECONDS = 5
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep an idle connection: whoever sends while the other end closes gets an error."""


def main() -> None:
    """Serve on the address of the command line until told to end; exit with a failure if that cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m app")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    _refuse_port_of_operators(options.host, options.port)
    _refuse_taken_address(options.host, options.port)
    configuration = _configuration(options.host, options.port)
    # Takes seconds. The server would heed a signal only afterwards, so it gets its handlers for them later.
    configuration.load()
    server = uvicorn.Server(configuration)
    server.run()
    if not server.started:
        sys.exit(START_FAILED)


def _refuse_port_of_operators(host: str, port: int) -> None:
    """End with one line if ``METRICS_PORT`` is the users' port, which it would take from the server."""
    operators_host = early_setting("METRICS_HOST") or "127.0.0.1"
    is_same_host = host == operators_host or bool({host, operators_host} & EVERY_ADDRESS)
    if early_setting("METRICS_PORT") == str(port) and is_same_host:
        remedy = "choose another METRICS_PORT, or none"
        write_line("address_unavailable", "error", host=host, port=port, error="METRICS_PORT is PORT", remedy=remedy)
        sys.exit(START_FAILED)


def _refuse_taken_address(host: str, port: int) -> None:
    """End with one line if the server will not get its address: it would find out after it has loaded everything."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in addresses:
            with socket.socket(family, kind, protocol) as probe:
                # As the server will: what is left of connections that have ended is not in the way.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except (OSError, OverflowError) as error:
        remedy = "end what listens there, or choose another PORT or HOST"
        write_line("address_unavailable", "error", host=host, port=port, error=str(error), remedy=remedy)
        sys.exit(START_FAILED)


def _configuration(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        "app.main:app",
        host=host,
        port=port,
        # The application configures the log, writes the line of each request, and reads whom a proxy forwards for.
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
