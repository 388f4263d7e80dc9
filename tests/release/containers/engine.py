"""dockerd, started by hand with a data root and a socket of its own, and ended by its process id."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from lab import paths
from lab.binaries.build import cache_folder, provide
from lab.binaries.modules import COMPOSE
from lab.supervision import cgroups

from .machine_network import MachineNetwork

RUN = Path("/run/cce-compose")
SOCKET = RUN / "docker.sock"
_PID = RUN / "docker.pid"
_START_SECONDS = 60.0
_STOP_SECONDS = 120.0


class ContainerEngine:
    """The engine, and the commands that people give it.

    :param folder: for its log and for the settings of its command line.
    """

    def __init__(self, folder: Path) -> None:
        self.log = folder / "dockerd.log"
        self._settings = folder / "docker"

    def environment(self) -> dict[str, str]:
        """Return the variables with which `docker` talks to this engine and finds Compose."""
        ours = {"DOCKER_HOST": f"unix://{SOCKET}", "DOCKER_CONFIG": str(self._settings)}
        return dict(os.environ) | ours

    def docker(
        self, *arguments: str, folder: Path | None = None, given: str = "", seconds: float = 600
    ) -> str:
        """Run `docker` with these arguments and return its standard output; a failure fails the test.

        :param given: its standard input.
        """
        # Compose has BuildKit's client in it, `docker build` asks for a plugin
        builder = {"DOCKER_BUILDKIT": "1" if arguments[0] == "compose" else "0"}
        done = subprocess.run(
            ["docker", *arguments],
            cwd=folder,
            env=self.environment() | builder,
            input=given,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {(done.stderr or done.stdout)[-6000:]}"
        return done.stdout

    def has_image(self, tag: str) -> bool:
        """Say whether the engine has an image of this name."""
        return bool(self.docker("image", "ls", "--quiet", tag).strip())

    def install_compose(self) -> None:
        """Put Compose, built from its module, where `docker` looks for it."""
        provide((COMPOSE,), print)
        plugins = self._settings / "cli-plugins"
        plugins.mkdir(parents=True, exist_ok=True)
        shutil.copy2(paths.BIN / "docker-compose", plugins)

    def start(self) -> subprocess.Popen[bytes]:
        """Start dockerd, and return it once it answers."""
        configuration = RUN / "daemon.json"
        # without a file of its own it would read the machine's
        configuration.write_text("{}")
        with self.log.open("ab") as log:
            process = subprocess.Popen(_command(configuration), stdout=log, stderr=log)
        ends = time.monotonic() + _START_SECONDS
        while not self._answers():
            is_over = process.poll() is not None or time.monotonic() > ends
            assert not is_over, f"dockerd did not start: {self.log.read_text()[-3000:]}"
            time.sleep(0.2)
        return process

    def _answers(self) -> bool:
        asked = subprocess.run(["docker", "version"], env=self.environment(), capture_output=True)
        return asked.returncode == 0


def data_root() -> Path:
    """Return where images are kept between tests, beside the lab's engines."""
    return cache_folder() / "containers"


@contextmanager
def container_engine(folder: Path) -> Generator[ContainerEngine]:
    """Give a running engine with Compose; afterwards nothing of it is left but the images, as a cache."""
    engine = ContainerEngine(folder)
    engine.install_compose()
    _end_what_was_left()
    RUN.mkdir(parents=True, exist_ok=True)
    with MachineNetwork(RUN / "network.json"):
        process = engine.start()
        try:
            yield engine
            # an image that was built anew leaves the old one behind without a name
            engine.docker("image", "prune", "--force")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_STOP_SECONDS)
    _remove_groups()
    shutil.rmtree(RUN)


def _command(configuration: Path) -> Sequence[str]:
    program = shutil.which("dockerd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert program, "dockerd is not installed: python -m lab install-packages --for-containers"
    return [
        program,
        f"--config-file={configuration}",
        f"--data-root={data_root()}",
        f"--exec-root={RUN / 'exec'}",
        f"--pidfile={_PID}",
        f"--host=unix://{SOCKET}",
        "--containerd-namespace=cce-compose",
        # below 0 asks for a right that a container or a virtual machine may not have
        "--oom-score-adjust=0",
        # groups of its own making, not systemd's: they are removed at the end
        "--exec-opt=native.cgroupdriver=cgroupfs",
    ]


def _remove_groups() -> None:
    """Remove the control groups that are left, from the innermost outwards."""
    for top in cgroups.controllers():
        for group in sorted(top.glob("docker/**/"), reverse=True):
            group.rmdir()


def _end_what_was_left() -> None:
    """End the engine of a test that was killed; it ends its containers itself."""
    if not _PID.exists():
        return
    pid = int(_PID.read_text())
    with suppress(OSError):
        if str(RUN).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGTERM)
            ends = time.monotonic() + _STOP_SECONDS
            while Path(f"/proc/{pid}").exists() and time.monotonic() < ends:
                time.sleep(0.2)
