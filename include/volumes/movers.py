"""Describe the movers of one claim on both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from include.cutover.quiescing import quiesced_at
from include.errors import PermanentError
from include.images import target_reference
from include.inventory.pod_security import ENFORCE
from include.labels import OWNER
from include.planning.model import PlanItem
from include.velero.names import NAMESPACE
from include.velero.rendering import PULL_SECRET
from include.volumes.manifests import Mover, claim, host_path
from include.volumes.names import claim_of, mover_labels, mover_name
from include.volumes.output import Tree
from include.volumes.repository import repository_settings
from include.volumes.scripts import STANDBY, Script

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

# With "end" a mover that stands by copies nothing any more.
Pass = Literal["warm", "ahead", "rehearsed", "final", "end"]
# What differs between the passes of one claim: the settings that a mover which stands by is told with each order.
ORDERED = ("PASS", "ROOT_MODE", "ROOT_OWNER", "SINCE", "SNAPSHOT")
# Below the root folder of containerd.
CONTENT = "io.containerd.content.v1.content"
# One kernel sees such a volume: what it says of a file is never older than the file.
OF_ONE_NODE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


def prepare_mover(run: MigrationRun) -> Mover:
    """Return the mover that makes the repository."""
    name = mover_name(run, "prepare", "")
    return Mover(
        name=name,
        namespace=NAMESPACE,
        script="prepare",
        image=run.definition.volumes.mover_image,
        labels=mover_labels(run.definition, name),
        settings=repository_settings(run),
    )


def source_mover(
    run: MigrationRun, row: PlanItem, script: Script, which: Pass, used_on: str | None = None
) -> Mover:
    """Return the mover that reads a claim on the source, read-only, where it can be reached.

    A folder of a node is read there, from the namespace `velero`. Content that only the storage driver can reach is read
    through the claim, by a Job in the claim's namespace.

    :param used_on: the node on which a pod mounts the claim at the moment: a disk attaches to one node only. The node of
        the inventory may be gone, or the pod elsewhere, by the time of the copy.
    """
    details = row.details
    name = mover_name(run, script, claim_of(row))
    path = details.get("node_path")
    if path and not details.get("node"):
        raise PermanentError(
            f"PersistentVolume {details.get('pv')}, source cluster: is a folder ({path}) of a node nobody names; give it a "
            "nodeAffinity, or start a pod that uses it, and plan again"
        )
    return Mover(
        name=name,
        namespace=NAMESPACE if path else details["namespace"],
        script=script,
        image=run.definition.volumes.mover_image,
        labels=mover_labels(run.definition, name),
        volume=host_path(path) if path else claim(details["claim"], read_only=True),
        node=details.get("node") if path else used_on,
        settings={
            **repository_settings(run),
            "CLAIM": claim_of(row).replace("/", "."),
            "RUN": run.short_id,
            "PASS": which,
            # A Job that nobody read belongs to its quiesce: after another one there is something else to read.
            "SINCE": (quiesced_at(run, "source") or "") if which == "final" else "",
        },
    )


def frozen_mover(run: MigrationRun, row: PlanItem, frozen: str) -> Mover:
    """Return the mover that reads what a claim held at one moment.

    :param frozen: name of the claim that was made from a snapshot; nothing writes to it.
    """
    mover = source_mover(run, row, "backup", "warm")
    settings = {**mover.settings, "FROZEN": "yes"}
    return replace(mover, volume=claim(frozen, read_only=True), settings=settings)


def target_mover(run: MigrationRun, row: PlanItem, which: Pass, snapshot: str, tree: Tree) -> Mover:
    """Return the mover that makes the target's claim what the snapshot is."""
    details = row.details
    name = mover_name(run, "restore", claim_of(row))
    return Mover(
        name=name,
        namespace=details["namespace"],
        script="restore",
        image=target_reference(run, run.definition.volumes.mover_image),
        labels=mover_labels(run.definition, name),
        volume=claim(details["claim"], read_only=False),
        read_only=False,
        pull_secret=PULL_SECRET,
        settings={
            **repository_settings(run),
            "SNAPSHOT": snapshot,
            "PASS": which,
            "ROOT_MODE": tree.mode,
            "ROOT_OWNER": tree.owner,
        },
    )


def back_reader(
    run: MigrationRun, row: PlanItem, script: Script, which: Pass, used_on: str | None = None
) -> Mover:
    """Return the mover that reads the target's claim, when its content goes back; see `source_mover`."""
    details = row.details
    name = mover_name(run, "fetch", claim_of(row))
    return Mover(
        name=name,
        namespace=details["namespace"],
        script=script,
        image=target_reference(run, run.definition.volumes.mover_image),
        labels=mover_labels(run.definition, name),
        volume=claim(details["claim"], read_only=True),
        node=used_on,
        pull_secret=PULL_SECRET,
        settings={
            **repository_settings(run),
            # restic compares with the last snapshot of the same name: the source's files have other numbers.
            "CLAIM": f"{claim_of(row).replace('/', '.')}.back",
            "RUN": run.short_id,
            "PASS": which,
            "SINCE": (quiesced_at(run, "target") or "") if which == "final" else "",
        },
    )


def back_writer(run: MigrationRun, row: PlanItem, which: Pass, snapshot: str, tree: Tree) -> Mover:
    """Return the mover that makes the source's claim, or its folder of a node, what the snapshot is."""
    details = row.details
    name = mover_name(run, "return", claim_of(row))
    path = details.get("node_path")
    return Mover(
        name=name,
        namespace=NAMESPACE if path else details["namespace"],
        script="restore",
        image=run.definition.volumes.mover_image,
        labels=mover_labels(run.definition, name),
        volume=host_path(path) if path else claim(details["claim"], read_only=False),
        read_only=False,
        node=details.get("node") if path else None,
        settings={
            **repository_settings(run),
            "SNAPSHOT": snapshot,
            "PASS": which,
            "ROOT_MODE": tree.mode,
            "ROOT_OWNER": tree.owner,
        },
    )


@dataclass(frozen=True)
class Way:
    """Lead from one cluster to the other: `read` describes the mover at its beginning, `write` the one at its end."""

    read: Callable[..., Mover]
    write: Callable[..., Mover]
    ends: Callable[[MigrationRun], tuple[Cluster, Cluster]]


FORWARD = Way(source_mover, target_mover, lambda run: (run.source, run.target))
BACK = Way(back_reader, back_writer, lambda run: (run.target, run.source))


def can_stand_by(row: PlanItem) -> bool:
    """Say whether a mover may watch a volume for longer: through a network file system it would see files late."""
    return bool(row.details.get("node_path")) or set(row.details["access_modes"]) <= OF_ONE_NODE


def standing_by(run: MigrationRun, row: PlanItem, mover: Mover) -> Mover:
    """Return the mover that waits for the orders which this one would carry out at once."""
    name = mover_name(run, STANDBY, claim_of(row))
    settings = {key: value for key, value in mover.settings.items() if key not in ORDERED}
    labels = mover_labels(run.definition, name)
    return replace(mover, name=name, labels=labels, settings=settings, stands_by=True)


def order_of(mover: Mover) -> str:
    """Return the order that makes a mover which stands by do what this one does."""
    return " ".join(f"{key}={mover.settings[key]}" for key in ORDERED if key in mover.settings)


def resolving_mover(run: MigrationRun, names: Sequence[str]) -> Mover:
    """Return the mover that looks names up on the target."""
    return _bare_mover(run, "resolve", " ".join(names), {"NAMES": " ".join(names)})


def connecting_mover(run: MigrationRun, host: str, port: int, *, wait_seconds: float, listens: bool) -> Mover:
    """Return the mover that connects to a port on the target.

    :param listens: whether it prints what the server says first.
    """
    wait = str(max(round(wait_seconds), 1))
    settings = {"HOST": host, "PORT": str(port), "WAIT": wait, "LISTEN": wait if listens else "0"}
    return _bare_mover(run, "connect", f"{host}:{port}", settings)


def content_mover(run: MigrationRun, node: str) -> Mover:
    """Return the mover that shows what containerd keeps on a node of the source, read-only, until it is removed."""
    name = mover_name(run, "hold", node)
    root = run.definition.images.containerd_root.rstrip("/")
    return Mover(
        name=name,
        namespace=NAMESPACE,
        script="hold",
        image=run.definition.volumes.mover_image,
        labels=mover_labels(run.definition, name),
        volume=host_path(f"{root}/{CONTENT}"),
        node=node,
    )


def ensure_namespace(run: MigrationRun, cluster: Cluster) -> None:
    """Make the namespace `velero`, as its installation does later, for movers that come before it."""
    if cluster.find(f"/api/v1/namespaces/{NAMESPACE}") is None:
        labels = {"component": "velero", ENFORCE: "privileged", OWNER: run.definition.name}
        cluster.apply({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": labels},
        })


def _bare_mover(run: MigrationRun, script: Script, subject: str, settings: dict[str, str]) -> Mover:
    """Return a mover of the target that has no volume and no secret."""
    name = mover_name(run, script, subject)
    return Mover(
        name=name,
        namespace=NAMESPACE,
        script=script,
        image=target_reference(run, run.definition.volumes.mover_image),
        labels=mover_labels(run.definition, name),
        pull_secret=PULL_SECRET,
        settings=settings,
    )
