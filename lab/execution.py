"""Run programs as the lab needs them: with the lab's names, in a node's network, without touching the host's files."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

from lab import paths


def with_lab_names(command: Sequence[str]) -> list[str]:
    """Return the command line that runs `command` with the lab's DNS as its own /etc/resolv.conf.

    The file is bind-mounted in a mount namespace of the command's own, so that the machine's stays as it is.
    """
    resolv = shlex.quote(str(paths.RESOLV_CONF))
    script = f'mount --bind {resolv} "$(readlink -f /etc/resolv.conf)" && exec "$@"'
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "lab", *command]


def in_network(netns: str | None, command: Sequence[str]) -> list[str]:
    """Return the command line that runs `command` in a network namespace.

    `nsenter`, not `ip netns exec`: that one mounts /sys anew and hides the cgroups from the kubelet.
    """
    if netns is None:
        return list(command)
    return ["nsenter", f"--net=/run/netns/{netns}", "--", *command]


def without_proxy(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment with the lab's names and addresses excepted from the machine's proxy, if it has one."""
    known = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    excepted = ",".join(
        filter(None, [known, "127.0.0.1", "localhost", ".lab", ".svc", ".local", "198.18.0.0/15"])
    )
    return environment | {"no_proxy": excepted, "NO_PROXY": excepted}


def execute(command: Sequence[str]) -> None:
    """Replace this process by `command`, which sees the lab's names and the lab's binaries first on its PATH."""
    environment = without_proxy(dict(os.environ))
    environment["PATH"] = f"{paths.BIN}:{environment.get('PATH', '')}"
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(paths.ROOT), *_python_path(environment)]))
    line = with_lab_names(command)
    try:
        os.execvpe(line[0], line, environment)
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error}")


def _python_path(environment: dict[str, str]) -> list[str]:
    return [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]


def run(command: Sequence[str], *, netns: str | None = None, check: bool = True) -> str:
    """Run a command to its end and return its standard output.

    Raises:
        RuntimeError: the command failed and `check` is set; the text has its last words.
    """
    done = subprocess.run(in_network(netns, command), capture_output=True, text=True)
    if check and done.returncode != 0:
        words = (done.stderr or done.stdout).strip()[-400:]
        raise RuntimeError(f"{' '.join(command)} failed: {words}")
    return done.stdout
