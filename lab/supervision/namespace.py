"""The mount namespaces of the lab's programs, so that the machine never sees a mount or a name of theirs.

All programs see the lab's names. Kubelet and containerd of a cluster share one more namespace (each must see the
other's mounts) in which `/var/lib/kubelet` is the cluster's own, as on any node. When the last program has ended, so
have all namespaces and mounts.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

from lab import paths
from lab.addresses import MACHINES, Machine
from lab.paths import SOCKETS
from lab.supervision import cgroups

# the same on every node, whatever its settings: the kubelet's root that others expect, and what is written to anyway
_FIXED_FOLDERS = ("/var/lib/kubelet", "/run/containerd", "/var/log/containers", "/var/log/pods")
_NODES = SOCKETS / "nodes"
_MADE = "made-folders"
_INSIDE = "CCE_LAB_INSIDE"


def is_inside() -> bool:
    """Say whether this process is already in a mount namespace of the lab's."""
    return os.environ.get(_INSIDE) == "1"


def write_resolv_conf(server: str) -> None:
    """Write the resolver configuration of all that runs in the lab."""
    # one try a second: a lab's name server answers at once or has not started yet
    text = f"nameserver {server}\noptions timeout:1 attempts:3\n"
    if not paths.RESOLV_CONF.exists() or paths.RESOLV_CONF.read_text() != text:
        paths.RESOLV_CONF.write_text(text)


def enter_again(arguments: list[str]) -> None:
    """Replace this process by the same command in a new mount namespace."""
    for folder in _FIXED_FOLDERS:
        _make_mount_point(Path(folder))
    resolv = shlex.quote(str(paths.RESOLV_CONF))
    script = f"""set -e
mount --make-rslave /
mount --make-rshared /
mount --bind {resolv} "$(readlink -f /etc/resolv.conf)"
exec "$@"
"""
    environment = dict(os.environ) | {_INSIDE: "1"}
    inner = [sys.executable, "-m", "lab", *arguments]
    line = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "lab", *inner]
    os.execvpe(line[0], line, environment)


def make_node_namespaces() -> None:
    """Make the namespace of each machine. To be called in the namespace that the supervisor is started in."""
    for machine in MACHINES:
        make_node_namespace(machine)


def make_node_namespace(machine: Machine) -> None:
    """Make the namespace of a machine, kept by a process that only waits.

    A file bound to the namespace would do without, but on Linux 6.18 that bind fails by chance (EINVAL): the order of
    namespaces' ids depends on the processor they were made on.
    """
    _NODES.mkdir(parents=True, exist_ok=True)
    keeper = _NODES / machine.name
    script = ["set -e", "mount --make-rprivate /", "mount --make-rshared /"]
    for folder in _FIXED_FOLDERS:
        own = node_folder(machine, folder)
        own.mkdir(parents=True, exist_ok=True)
        script.append(f"mount --bind {shlex.quote(str(own))} {folder}")
    script += [f"echo $$ > {keeper}.draft && mv {keeper}.draft {keeper}", "exec sleep infinity"]
    keeper.unlink(missing_ok=True)
    command = cgroups.born_there(["unshare", "--mount", "sh", "-c", "\n".join(script)])
    # its output goes to a file: a pipe would keep whoever reads what `up` prints waiting for ever
    with (paths.LOGS / "node-namespaces.log").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    deadline = time.monotonic() + 10
    while not keeper.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The mount namespace of {machine.name} could not be made.")
        time.sleep(0.02)


def nodes_are_kept() -> bool:
    """Say whether the process that keeps each machine's namespace is there."""
    kept = cgroups.processes()
    return all(keeper_of(machine) & kept for machine in MACHINES)


def keeper_of(machine: Machine) -> set[int]:
    """Return the id of the process that keeps a machine's namespace, or nothing."""
    file = _NODES / machine.name
    return {int(file.read_text())} if file.exists() else set()


def node_folder(machine: Machine, folder: str) -> Path:
    """Return where a fixed folder of a machine really is."""
    return machine_data(machine) / folder.strip("/").replace("/", "-")


def machine_data(machine: Machine) -> Path:
    """Return the folder of all that a machine stores."""
    return paths.DATA / "machines" / machine.name


def on_node(machine: Machine, command: list[str]) -> list[str]:
    """Return the command line that runs `command` in the mount namespace of a machine."""
    script = f'exec nsenter --mount=/proc/"$(cat {_NODES / machine.name})"/ns/mnt -- "$@"'
    return ["sh", "-c", script, "lab", *command]


def _make_mount_point(folder: Path) -> None:
    """Make a folder of the machine that is not there, and remember it and those above it that were made."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    if missing:
        folder.mkdir(parents=True)
        with (paths.RUN / _MADE).open("a") as file:
            file.writelines(f"{path}\n" for path in missing)


def remove_mount_points() -> None:
    """Remove the folders that were made outside `.lab`, those that are empty."""
    listed = paths.RUN / _MADE
    if not listed.exists():
        return
    for line in sorted(listed.read_text().split("\n"), key=len, reverse=True):
        try:
            if line:
                Path(line).rmdir()
        except OSError:
            continue
