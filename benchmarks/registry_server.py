"""A registry on the loopback with a folder of its own, which it loses at its end."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

START_SECONDS = 10.0


@contextmanager
def registry(place: Path | None = None) -> Generator[str]:
    """Run Debian's docker-registry and yield its `host:port`; nobody needs a login."""
    folder = Path(tempfile.mkdtemp(prefix="cce-bench-registry-", dir=place))
    address = f"127.0.0.1:{free_port()}"
    configuration = folder / "registry.yaml"
    configuration.write_text(yaml.safe_dump(_settings(folder, address)))
    process = subprocess.Popen(
        ["docker-registry", "serve", str(configuration)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(address, process)
        yield address
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settings(folder: Path, address: str) -> dict[str, object]:
    return {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {
            "cache": {"blobdescriptor": "inmemory"},
            "filesystem": {"rootdirectory": str(folder / "data"), "maxthreads": 100},
        },
        "http": {"addr": address, "relativeurls": True, "secret": "benchmark"},
    }


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and process.poll() is None:
        try:
            if httpx.get(f"http://{address}/v2/", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"docker-registry does not answer on {address}")
