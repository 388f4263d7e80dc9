"""Find the folders of nodes that a definition wants moved into claims."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from include.definition import Definition
from include.definition.volume_choices import HostPath
from include.inventory.model import label
from include.inventory.pod_specs import pod_spec
from include.inventory.store import Inventory

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Folder:
    """Tell where a folder lies that pods mount by hostPath.

    :param path: None when the workload, or a hostPath volume of this name in it, is not there.
    :param nodes: where it may lie.
    """

    wanted: HostPath
    path: str | None
    nodes: tuple[str, ...]
    pods: tuple[str, ...]


def find_folders(inventory: Inventory, definition: Definition) -> list[Folder]:
    """Return every folder of `volumes.host_paths`, as the source has it."""
    workloads = {label(obj): obj for obj in inventory.objects() if pod_spec(obj) is not None}
    return [
        _folder(wanted, workloads.get(wanted.workload), inventory) for wanted in definition.volumes.host_paths
    ]


def host_path_of(obj: Manifest, volume: str) -> str | None:
    """Return the path of a hostPath volume in an object's pods, or None when there is none of this name."""
    for entry in (pod_spec(obj) or {}).get("volumes") or []:
        if entry["name"] == volume:
            return (entry.get("hostPath") or {}).get("path")
    return None


def _folder(wanted: HostPath, workload: Manifest | None, inventory: Inventory) -> Folder:
    path = host_path_of(workload, wanted.volume) if workload else None
    pods = [
        pod
        for pod in inventory.objects("Pod", wanted.namespace)
        if path and _mounts(pod, wanted.volume, path) and (pod.get("spec") or {}).get("nodeName")
    ]
    names = sorted(str(pod["metadata"]["name"]) for pod in pods)
    return Folder(wanted, path, _nodes(wanted, pods, inventory), tuple(names))


def _nodes(wanted: HostPath, pods: list[Manifest], inventory: Inventory) -> tuple[str, ...]:
    """Return where the folder may lie. A workload that stands still has no pods to tell."""
    found = {str(pod["spec"]["nodeName"]) for pod in pods} | ({wanted.node} if wanted.node else set())
    every = [str(node["metadata"]["name"]) for node in inventory.objects("Node")]
    return tuple(sorted(found)) or (tuple(every) if len(every) == 1 else ())


def _mounts(pod: Manifest, volume: str, path: str) -> bool:
    return host_path_of(pod, volume) == path


def unmovable(folder: Folder) -> Iterator[str]:
    """Yield what keeps a folder from being moved."""
    if folder.path is None:
        yield f"has no hostPath volume {folder.wanted.volume}, or is not there"
    elif not folder.nodes:
        yield f"has no pod that mounts {folder.path}, and no node is named: nobody knows where it lies"
    elif len(folder.nodes) > 1:
        yield f"mounts {folder.path} on {', '.join(folder.nodes)}; each has a folder of its own, and one claim holds one of them"
