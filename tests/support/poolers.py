"""What may stand between the application and its database: TLS, and Debian's pgbouncer."""

import os
import re
import shutil
import socket
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.embedded_postgres_folders import server_account
from tests.support.processes import free_port

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


def write_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that signs itself, and its key; the server's account owns both."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path, key_path = folder / f"{name}.crt", folder / f"{name}.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    key_path.chmod(0o600)
    account = server_account()
    for path in (certificate_path, key_path):
        os.chown(path, account.uid, account.gid)
    return certificate_path, key_path


def pgbouncer_version() -> tuple[int, int]:
    """Return the version of the machine's pgbouncer; (0, 0) if it has none."""
    if PGBOUNCER is None:
        return 0, 0
    answer = subprocess.run([PGBOUNCER, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)\.(\d+)", answer)
    assert found, answer
    return int(found[1]), int(found[2])


class PgBouncer:
    """A pgbouncer in front of one server, which lets anybody in as whoever they say they are."""

    def __init__(self, folder: Path, server_port: int, **settings: str) -> None:
        assert PGBOUNCER
        self.port = free_port()
        account = server_account()
        home = folder / f"pgbouncer-{self.port}"
        home.mkdir()
        users = home / "users.txt"
        users.write_text('"postgres" ""\n')
        lines = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": str(users),
            "logfile": str(home / "log"),
        } | settings
        configuration = home / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\n* = host=127.0.0.1 port={server_port} user=postgres\n[pgbouncer]\n"
            + "".join(f"{name} = {value}\n" for name, value in lines.items())
        )
        for path in (home, users, configuration):
            os.chown(path, account.uid, account.gid)
        self._command = [PGBOUNCER, str(configuration)]
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def listens(self) -> bool:
        """Tell whether it takes connections yet."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def start(self) -> "PgBouncer":
        self._process = subprocess.Popen(
            self._command,
            cwd=self._home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **server_account().popen_options(),
        )
        return self

    def stop(self) -> None:
        if self._process:
            with suppress(psutil.NoSuchProcess):
                self._process.kill()
            self._process.wait()
