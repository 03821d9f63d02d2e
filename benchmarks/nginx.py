"""nginx before the processes of a run: as ``deploy/nginx`` has it, without TLS, logs and limits of single clients."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import ServerError, stop
from tests.support.processes import free_port

START_SECONDS = 20.0
STOP_SECONDS = 5.0

_CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream processes {{
        {processes}
        least_conn;
        keepalive 64;
        keepalive_requests 1000000000;
        keepalive_timeout 60s;
    }}
    server {{
        listen 127.0.0.1:{port};
        keepalive_requests 1000000000;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $remote_addr;
        location / {{ proxy_pass http://processes; }}
    }}
}}
"""


@dataclass(frozen=True)
class Nginx:
    """A running nginx."""

    port: int
    pid: int


def nginx_program() -> str | None:
    """Return where nginx is, if it is installed."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin")))


@contextmanager
def running_nginx(program: str, ports: Sequence[int], folder: Path) -> Iterator[Nginx]:
    """Run nginx before processes that listen on these ports, until the block ends; ``folder`` is made for it."""
    folder.mkdir()
    port = free_port()
    (folder / "nginx.conf").write_text(
        _CONFIGURATION.format(
            folder=folder,
            port=port,
            processes="\n        ".join(f"server 127.0.0.1:{each} max_fails=0;" for each in ports),
            # Its workers would be another account's, which may not enter the folder.
            user="user root;" if os.geteuid() == 0 else "",
        )
    )
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_it_listens(process, port, folder / "error.log")
        yield Nginx(port, process.pid)
    finally:
        stop(process, seconds=STOP_SECONDS)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, errors: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise ServerError(f"nginx did not start:\n{errors.read_text(errors='replace')[-2000:]}")
