"""The folder behind a claim of the lab, on the node that has it, and a disk of a few megabytes in its place."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from include.clusters import Cluster
from lab.addresses import MACHINES, Machine
from lab.supervision.namespace import on_node


@dataclass(frozen=True)
class ClaimFolder:
    """Be the folder of a bound claim."""

    machine: Machine
    path: Path

    def write(self, name: str, megabytes: int) -> None:
        """Write a file that no compression shrinks."""
        output = self.path / name
        self._run(
            "dd",
            "if=/dev/urandom",
            f"of={output}",
            "bs=1M",
            f"count={megabytes}",
            "conv=fsync",
            "status=none",
        )

    @contextmanager
    def as_small_disk(self, megabytes: int) -> Generator[None]:
        """Let pods that start meanwhile see an empty disk of this size there."""
        self._run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(self.path))
        try:
            yield
        finally:
            self._run("umount", "--lazy", str(self.path))

    def enlarge(self, megabytes: int) -> None:
        """Give the disk more room."""
        self._run("mount", "-o", f"remount,size={megabytes}m", str(self.path))

    def _run(self, *command: str) -> None:
        subprocess.run(on_node(self.machine, list(command)), check=True, cwd="/")


def folder_of(cluster: Cluster, namespace: str, claim: str) -> ClaimFolder:
    """Return the folder of a bound claim."""
    bound = cluster.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{claim}")
    volume = cluster.get(f"/api/v1/persistentvolumes/{bound['spec']['volumeName']}")
    (term,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    (node,) = term["matchExpressions"][0]["values"]
    machine = next(one for one in MACHINES if one.name == node)
    return ClaimFolder(machine, Path(volume["spec"]["local"]["path"]))
