"""Pods that mount folders of their node: the content stays behind."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory
from include.inventory.workloads import own_pods

RULE = "host_path_volume"
SEVERITIES = ("blocker", "warning")
WHY = "A pod on CCE finds the folder of another node: what it wrote before is not there."
# CCE keeps its own data there; mounting one of them can break the node.
FORBIDDEN = frozenset({
    "/",
    "/home/paas",
    "/var/paas",
    "/var/lib",
    "/var/script",
    "/mnt/paas",
    "/opt/cloud",
})
# CCE nodes run containerd unless asked otherwise.
DOCKER = frozenset({
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/var/lib/docker",
    "/var/lib/docker/containers",
})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report each hostPath volume that is not moved into a claim; folders CCE forbids are blockers."""
    moved = {(wanted.workload, wanted.volume) for wanted in definition.volumes.host_paths}
    for obj in own_pods(inventory, definition):
        for volume in (pod_spec(obj) or {}).get("volumes") or []:
            path = (volume.get("hostPath") or {}).get("path")
            if path and (label(obj), volume["name"]) not in moved:
                yield _finding(label(obj), volume["name"], path)


def _finding(name: str, volume: str, path: str) -> Finding:
    if (path.rstrip("/") or "/") in FORBIDDEN:
        return Finding(
            RULE,
            "blocker",
            name,
            f"volume {volume} mounts {path} of the node, which CCE forbids",
            "mount a narrower folder, or a PersistentVolumeClaim",
        )
    if path.rstrip("/") in DOCKER:
        return Finding(
            RULE,
            "warning",
            name,
            f"volume {volume} mounts {path}, which belongs to Docker; CCE nodes run containerd unless asked otherwise",
            "use a tool that does without Docker: /var/log/pods for logs, BuildKit or kaniko for builds",
        )
    return Finding(
        RULE,
        "warning",
        name,
        f"volume {volume} mounts {path} of the node; its content is not migrated",
        "fine for logs and sockets; data moves into a claim when volumes.host_paths names it",
    )
