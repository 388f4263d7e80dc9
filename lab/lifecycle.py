"""Bring the lab up, take it down: the steps on the machine around the parts."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from lab import addresses, network, paths
from lab.binaries.build import BuildError, provide_all
from lab.binaries.go import GoMissingError
from lab.lifecycle_parts import start_parts
from lab.preflight import problems
from lab.registry_of_parts import all_parts
from lab.supervision import cgroups, namespace, supervisor

# what stays: engines (built once), logs and the ledger (read after a run)
_REMOVED_FOLDERS = (paths.DATA, paths.RUN, paths.SOCKETS)
_REMOVED_FILES = (
    paths.SECRETS_FILE,
    paths.CONNECTIONS_ENV,
    paths.SOURCE_KUBECONFIG,
    paths.TARGET_KUBECONFIG,
    paths.CA_CERTIFICATE,
    paths.RESOLV_CONF,
    paths.LAB / ".secrets.lock",
)


def up(names: list[str]) -> int:
    """Bring the lab up, or repair what died; `names` limits it to some parts and what they need. Return an exit code."""
    parts = all_parts(tuple(names))
    if not namespace.is_inside():
        _prepare_machine()
        namespace.enter_again(["up", *names])
    with _one_at_a_time():
        if not supervisor.is_running():
            namespace.make_node_namespaces()
            supervisor.start()
        return start_parts(parts)


def _prepare_machine() -> None:
    _refuse_beside(supervisor.folder())
    found = problems()
    if found:
        raise SystemExit("The lab cannot start here:\n" + "\n".join(f"  - {problem}" for problem in found))
    paths.make_folders()
    namespace.write_resolv_conf(addresses.DNS)
    with _one_at_a_time():
        try:
            provide_all(lambda line: print(line, flush=True))
        except (BuildError, GoMissingError) as error:
            raise SystemExit(str(error)) from None
        # what runs without its supervisor, or in namespaces that are gone, cannot be repaired
        broken = network.missing_namespaces() or not supervisor.is_running() or not namespace.nodes_are_kept()
        if broken and cgroups.processes():
            print("ending what an earlier lab left running", flush=True)
            cgroups.end_all()
        if not cgroups.processes():
            _forget_containers()
        cgroups.make()
        network.make()


def _refuse_beside(folder: Path | None) -> None:
    if folder not in {None, paths.ROOT}:
        raise SystemExit(
            f"The lab of {folder} runs on this machine, and there is one at a time: run `make lab-down` there first."
        )


@contextmanager
def _one_at_a_time() -> Generator[None, None, None]:
    with (paths.LAB / ".up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Another `lab up` is at work: wait for its end.") from None
        yield


def _forget_containers() -> None:
    """Remove the state of containers that no longer run: what a machine that starts anew would not have either."""
    sockets = [namespace.node_folder(machine, "/run/containerd") for machine in addresses.MACHINES]
    for folder in [*paths.RUN.glob("*/containerd-state"), *sockets]:
        shutil.rmtree(folder, ignore_errors=True)


def down() -> int:
    """End every process of the lab and remove what it made; return 0, or 1 if something could not be removed."""
    began = time.monotonic()
    count = len(cgroups.processes())
    left = [f"process {pid}" for pid in sorted(cgroups.end_all())]
    left += [f"control group {path}" for path in _removed_groups()]
    network.remove()
    left += [f"mount {path}" for path in _unmounted()]
    if not left:
        _remove_files()
    if left:
        print("These could not be removed:\n" + "\n".join(f"  - {line}" for line in left), file=sys.stderr)
        return 1
    print(f"The lab is down: {count} processes ended, nothing left, {time.monotonic() - began:.1f} s.")
    return 0


def _removed_groups() -> list[Path]:
    """Remove the control groups; the kernel needs a moment after the last process of one."""
    for _ in range(40):
        stuck = cgroups.remove()
        if not stuck:
            return []
        time.sleep(0.05)
    return stuck


def _unmounted() -> list[str]:
    """Unmount what is mounted under `.lab` on the machine (nothing is, unless by hand); return what stays."""
    for place in _mounts():
        subprocess.run(["umount", "--lazy", place], capture_output=True)
    return _mounts()


def _mounts() -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    places = [line.split()[1] for line in lines]
    return [place for place in reversed(places) if place.startswith(f"{paths.LAB}/")]


def _remove_files() -> None:
    namespace.remove_mount_points()
    for folder in _REMOVED_FOLDERS:
        shutil.rmtree(folder, ignore_errors=True)
    for file in _REMOVED_FILES:
        file.unlink(missing_ok=True)
