"""The reverse proxies of ``deploy/``, with the very files that operators take, before servers of a test."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.processes import PROJECT_ROOT, free_port
from tests.support.waiting import PATIENCE_SECONDS, until

HOST = "tracker.example.com"
SHORT_HEADER_SECONDS = 1
"""In place of the ten seconds that a client has for its request's head."""

_NGINX_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/main.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


class Proxy:
    """A running proxy: its addresses, and everything that it writes down."""

    def __init__(self, folder: Path, command: list[str], url: str, plain_url: str) -> None:
        self.name = Path(command[0]).name
        self.folder = folder
        self.url = url
        self.plain_url = plain_url
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def client(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        """Return a client that calls from an address and trusts the test's certificate."""
        transport = httpx.AsyncHTTPTransport(verify=self.trust(), local_address=address)
        return httpx.AsyncClient(base_url=self.url, transport=transport, timeout=PATIENCE_SECONDS)

    def trust(self) -> ssl.SSLContext:
        """Return what makes a client accept the test's certificate."""
        return ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))

    @property
    def logs(self) -> str:
        """Return all that it has written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    async def start(self) -> None:
        """Begin, and wait until somebody listens at its port."""
        process = self._begin()
        port = int(self.url.rpartition(":")[2])

        def listens() -> bool:
            assert process.poll() is None, self.logs
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        await until(listens)

    def stop(self) -> None:
        """End it, and what it serves."""
        if self._process:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)

    def _begin(self) -> subprocess.Popen[bytes]:
        with (self.folder / "output.log").open("wb") as output:
            # Caddy keeps what it makes below its home.
            environment = {"HOME": str(self.folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
        return self._process


@asynccontextmanager
async def nginx(folder: Path, ports: Sequence[int]) -> AsyncIterator[Proxy]:
    """Run nginx with the file of ``deploy/nginx`` before two ports."""
    program = _program("nginx")
    port, plain_port = free_port(), free_port()
    first, second = ports
    _make_certificate(folder)
    site = _adapted(
        "nginx/interview-tracker.conf",
        {
            "server 127.0.0.1:8000 ": f"server 127.0.0.1:{first} ",
            "server 127.0.0.1:8001 ": f"server 127.0.0.1:{second} ",
            "listen 80;": f"listen 127.0.0.1:{plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{port} ",
            f"/etc/ssl/{HOST}/": f"{folder}/",
            "/var/log/nginx/": f"{folder}/",
            "fail_timeout=2s": "fail_timeout=1s",
            "client_header_timeout 10s;": f"client_header_timeout {SHORT_HEADER_SECONDS}s;",
        },
    )
    (folder / "site.conf").write_text(site)
    main = folder / "nginx.conf"
    main.write_text(_NGINX_MAIN.format(folder=folder, user=_user_line()))
    command = [program, "-p", str(folder), "-c", str(main), "-e", str(folder / "main.log")]
    _check(command)
    async with _running(
        Proxy(folder, command, f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain_port}")
    ) as proxy:
        yield proxy


@asynccontextmanager
async def caddy(folder: Path, ports: Sequence[int]) -> AsyncIterator[Proxy]:
    """Run Caddy with the file of ``deploy/caddy`` before two ports."""
    program = _program("caddy")
    port, plain_port = free_port(), free_port()
    first, second = ports
    _make_certificate(folder)
    listening = f"https_port {port}\n\thttp_port {plain_port}"
    site = _adapted(
        "caddy/Caddyfile",
        {
            "{\n\tservers {": f"{{\n\tadmin off\n\tdefault_bind 127.0.0.1\n\t{listening}\n\tservers {{",
            "to 127.0.0.1:8000 127.0.0.1:8001": f"to 127.0.0.1:{first} 127.0.0.1:{second}",
            f"\n{HOST} {{": f"\n127.0.0.1 {{\n\ttls {folder}/fullchain.pem {folder}/privkey.pem",
            "/var/log/caddy/": f"{folder}/",
            "lb_try_duration 5s": "lb_try_duration 1s",
            "read_header 10s": f"read_header {SHORT_HEADER_SECONDS}s",
        },
    )
    path = folder / "Caddyfile"
    path.write_text(site)
    command = [program, "run", "--adapter", "caddyfile", "--config", str(path)]
    async with _running(
        Proxy(folder, command, f"https://127.0.0.1:{port}", f"http://127.0.0.1:{plain_port}")
    ) as proxy:
        yield proxy


@asynccontextmanager
async def _running(proxy: Proxy) -> AsyncIterator[Proxy]:
    try:
        await proxy.start()
        yield proxy
    finally:
        proxy.stop()


def _check(command: list[str]) -> None:
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False, timeout=30)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


def _program(name: str) -> str:
    program = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        pytest.skip(f"{name} is not installed")
    return program


def _adapted(name: str, changes: dict[str, str]) -> str:
    """Return a file of ``deploy/`` with other addresses and folders; each of them must be there to be changed."""
    text = (PROJECT_ROOT / "deploy" / name).read_text()
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _user_line() -> str:
    """Let workers write into the test's folder where the master would change to another account."""
    return "user root;" if Path("/proc/self").stat().st_uid == 0 else ""


def _make_certificate(folder: Path) -> None:
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-keyout", "privkey.pem", "-out", "fullchain.pem", "-subj", f"/CN={HOST}", "-days", "2"]
    command += ["-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=30)
