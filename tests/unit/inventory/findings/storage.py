"""Rules about claims, their classes, and what bounds them."""

from __future__ import annotations

from typing import Any

from include.inventory.snapshot_choices import DEFAULT_CLASS
from tests.builders.objects import claim, deployment, make, volume, workload
from tests.unit.inventory.findings.rows import Row

CLAIM = "PersistentVolumeClaim shop/uploads"
FINE = [claim(size="20Gi"), volume()]
DRIVER = volume(hostPath=None, csi={"driver": "x"})
BY_DRIVER = [claim(size="20Gi"), DRIVER]
RESTRICTED = "pod-security.kubernetes.io/enforce"


def mapped_to(name: str) -> Any:
    """Map local-path to another class."""
    return lambda document: document["target"].update(storage_classes={"local-path": name})


def mounting(strategy: dict[str, Any] | None = None, replicas: int = 1) -> dict[str, Any]:
    """Return a Deployment that mounts the claim."""
    mounts = [{"name": "u", "persistentVolumeClaim": {"claimName": "uploads"}}]
    made = deployment(replicas=replicas, volumes=mounts)
    if strategy:
        made["spec"]["strategy"] = strategy
    return made


def stateful_set(storage_class: str | None) -> dict[str, Any]:
    """Return a StatefulSet that asks for claims of a class."""
    made = workload("StatefulSet", "db")
    template = claim("data", storage_class=storage_class)
    made["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": template["spec"]}]
    return made


def chosen(**choices: Any) -> Any:
    """Decide of single volumes."""
    return lambda document: document["volumes"].update(choices)


def snapshot_class(
    name: str, driver: str = "x", policy: str = "Delete", **annotations: str
) -> dict[str, Any]:
    """Return a class that snapshots are made with."""
    kind = ("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", name)
    return make(*kind, driver=driver, deletionPolicy=policy, metadata={"annotations": annotations})


def from_snapshots(**entry: str) -> Any:
    """Have the claim copied from snapshots, named by itself unless by its class."""
    return chosen(snapshots=[entry if "storage_class" in entry else {"claim": "shop/uploads", **entry}])


def started_early(*names: str) -> Any:
    """Have the target start workloads ahead of the last changes."""
    return lambda document: document["cutover"].update(start_early=list(names))


FOLDER = {
    "workload": "Deployment shop/web",
    "volume": "data",
    "claim": "web-data",
    "storage_class": "csi-disk",
    "size": "10Gi",
}
ON_NODE = {"volumes": [{"name": "data", "hostPath": {"path": "/srv/web"}}]}


def mounted_on(*nodes: str) -> list[dict[str, Any]]:
    """Return a Deployment that mounts a folder, with a pod on each of these nodes."""
    owner = {"ownerReferences": [{"kind": "ReplicaSet", "name": "web", "controller": True}]}
    pods = [
        make("v1", "Pod", f"web-{node}", metadata=owner, spec={"nodeName": node, **ON_NODE}) for node in nodes
    ]
    return [deployment(**ON_NODE), *pods]


def quota(used: dict[str, str] | None = None, scopes: list[str] | None = None, **hard: str) -> dict[str, Any]:
    """Return a ResourceQuota; names are written with _ for the dot."""
    bounds = {name.replace("_", "."): amount for name, amount in hard.items()}
    spec = {"hard": bounds, **({"scopes": scopes} if scopes else {})}
    return make("v1", "ResourceQuota", "team", spec=spec, status={"used": used or {}})


def limits(of: str = "Container", **bounds: dict[str, str]) -> dict[str, Any]:
    """Return a LimitRange."""
    return make("v1", "LimitRange", "team", spec={"limits": [{"type": of, **bounds}]})


def namespace(level: str) -> dict[str, Any]:
    """Return the namespace with a Pod Security level."""
    return make("v1", "Namespace", "shop", metadata={"labels": {RESTRICTED: level}})


def node(name: str, zone: str) -> dict[str, Any]:
    """Return a node of a zone."""
    return make("v1", "Node", name, metadata={"labels": {"topology.kubernetes.io/zone": zone}})


def users(*names: str) -> list[dict[str, Any]]:
    """Return pods that mount the claim."""
    mounts = [{"name": "u", "persistentVolumeClaim": {"claimName": "uploads"}}]
    return [make("v1", "Pod", name, spec={"volumes": mounts}) for name in names]


QUOTA, LIMITS = ["blocker ResourceQuota shop/team"], ["blocker LimitRange shop/team"]


def stateful(policy: dict[str, str]) -> dict[str, Any]:
    """Return a StatefulSet that says what becomes of its claims."""
    obj = workload("StatefulSet", "db", replicas=1)
    obj["spec"] |= {"persistentVolumeClaimRetentionPolicy": policy, "volumeClaimTemplates": [claim("data")]}
    return obj


ROWS = [
    Row("claim_retention", "claims that go with the pods", [
        stateful({"whenScaled": "Delete"}),
    ], ["blocker StatefulSet shop/db"]),
    Row("claim_retention", "claims that go with the StatefulSet", [
        stateful({"whenDeleted": "Delete", "whenScaled": "Retain"}),
    ], []),
    Row("storage_class_mapping", "an unmapped class", [claim(storage_class="gp3")], [f"blocker {CLAIM}"]),
    Row("storage_class_mapping", "no class at all", [claim(storage_class=None)], [f"blocker {CLAIM}"]),
    Row("storage_class_mapping", "a template without class", [
        stateful_set(None),
    ], ["info StatefulSet shop/db claim template data"]),
    Row("storage_class_mapping", "a template of an unmapped class", [
        stateful_set("gp3"),
    ], ["blocker StatefulSet shop/db claim template data"]),
    Row("storage_class_mapping", "mapped classes", [claim(), stateful_set("local-path")], []),
    Row("shared_claims", "shared access on a disk", [
        claim(accessModes=["ReadWriteMany"]), volume(),
    ], [f"blocker {CLAIM}"]),
    Row("shared_claims", "shared access on a class for it", [
        claim(accessModes=["ReadWriteMany"]), volume(),
    ], [], lambda document: document["target"].update(shared_storage_class="sfsturbo-folders")),
    Row("shared_claims", "two pods on a disk", [*FINE, *users("a", "b")], [f"warning {CLAIM}"]),
    Row("shared_claims", "one pod on a disk", [*FINE, *users("a")], []),
    Row("small_claims", "less than the smallest disk", [
        claim(size="1Gi"), volume(),
    ], [f"info {CLAIM} by adaptation"]),
    Row("small_claims", "enough", FINE, []),
    Row("small_claims", "little on a share", [claim(size="1Gi"), volume()], [], mapped_to("csi-sfsturbo")),
    Row("unbound_claims", "a claim without volume", [claim(volumeName="")], [f"warning {CLAIM}"]),
    Row("unbound_claims", "a folder of an unknown node", [
        claim(), volume(nodeAffinity=None),
    ], [f"blocker {CLAIM}"]),
    Row("unbound_claims", "a claim that lost its volume", [
        claim() | {"status": {"phase": "Lost"}}, volume(),
    ], [f"blocker {CLAIM}"]),
    Row("unbound_claims", "a claim whose content nobody wants", [
        claim() | {"status": {"phase": "Lost"}}, volume(),
    ], [], chosen(empty=["shop/uploads"])),
    Row("block_volumes", "a raw device that stays behind", [
        claim(volumeMode="Block"), volume(),
    ], [], chosen(excluded=["shop/uploads"])),
    Row("volume_choices", "a claim that is not there", FINE, [
        "blocker PersistentVolumeClaim shop/gone",
    ], chosen(empty=["shop/gone"])),
    Row("volume_choices", "a claim that is to be empty", FINE, [], chosen(empty=["shop/uploads"])),
    Row("volume_choices", "an excluded claim that a workload mounts", [*FINE, mounting()], [
        "blocker Deployment shop/web",
    ], chosen(excluded=["shop/uploads"])),
    Row("volume_choices", "a folder of one node", mounted_on("a"), [], chosen(host_paths=[FOLDER])),
    Row("volume_choices", "a folder of two nodes", mounted_on("a", "b"), [
        "blocker Deployment shop/web",
    ], chosen(host_paths=[FOLDER])),
    Row("volume_choices", "a folder of no node", mounted_on(), [
        "blocker Deployment shop/web",
    ], chosen(host_paths=[FOLDER])),
    Row("volume_choices", "a folder of a named node", mounted_on(), [], chosen(host_paths=[{**FOLDER, "node": "a"}])),
    Row("volume_choices", "a folder of the only node", [
        *mounted_on(), make("v1", "Node", "a", status={}),
    ], [], chosen(host_paths=[FOLDER])),
    Row("volume_choices", "a folder that nobody mounts", [deployment()], [
        "blocker Deployment shop/web",
    ], chosen(host_paths=[FOLDER])),
    Row("early_starts", "a workload without claims", [deployment()], [], started_early("Deployment shop/web")),
    Row("early_starts", "a workload that mounts a claim", [*FINE, mounting()], [
        "blocker Deployment shop/web",
    ], started_early("Deployment shop/web")),
    Row("early_starts", "a workload whose claims are made for it", [stateful_set("local-path")], [
        "blocker StatefulSet shop/db",
    ], started_early("StatefulSet shop/db")),
    Row("early_starts", "a workload that is not there", [deployment()], [
        "blocker Deployment shop/gone",
    ], started_early("Deployment shop/gone")),
    Row("host_path_volumes", "a folder that moves into a claim", mounted_on("a"), [], chosen(host_paths=[FOLDER])),
    Row("unbound_claims", "a volume of a driver that nobody mounts", [claim(size="20Gi"), DRIVER], []),
    Row("block_volumes", "a raw device", [claim(volumeMode="Block"), volume()], [f"blocker {CLAIM}"]),
    Row("block_volumes", "a file system", FINE, []),
    Row("pod_security", "a namespace that refuses movers", [
        namespace("restricted"), *FINE,
    ], ["blocker Namespace shop"]),
    Row("pod_security", "a namespace that lets them in", [namespace("baseline"), *FINE], []),
    Row("rolling_disks", "the usual strategy", [
        mounting(), *FINE,
    ], ["info Deployment shop/web by adaptation"]),
    Row("rolling_disks", "stop, then start", [mounting({"type": "Recreate"}), *FINE], []),
    Row("rolling_disks", "no pod more than there are", [
        mounting({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}), *FINE,
    ], []),
    Row("rolling_disks", "a share", [mounting(), *FINE], [], mapped_to("csi-sfsturbo")),
    Row("share_classes", "SFS Turbo", FINE, [f"warning {CLAIM}"], mapped_to("csi-sfsturbo")),
    Row("share_classes", "OBS", FINE, [f"warning {CLAIM}"], mapped_to("csi-obs")),
    Row("share_classes", "a class of folders of a share", FINE, [], mapped_to("sfsturbo-folders")),
    Row("share_classes", "a disk", FINE, []),
    Row("disk_zones", "two zones", [
        *FINE, node("n1", "a"), node("n2", "b"),
    ], ["warning StorageClass local-path"]),
    Row("disk_zones", "one zone", [*FINE, node("n1", "a"), node("n2", "a")], []),
    Row("disk_zones", "disks that wait for their pod", [
        *FINE, node("n1", "a"), node("n2", "b"),
    ], [], mapped_to("csi-disk-topology")),
    Row("resource_quotas", "a quota on what movers leave open", [quota(limits_cpu="8"), *FINE], QUOTA),
    Row("resource_quotas", "a quota smaller than a mover", [quota(limits_memory="1Gi"), *FINE], QUOTA),
    Row("resource_quotas", "raised claims beyond the quota", [
        quota(requests_storage="5Gi"), claim(size="1Gi"), volume(),
    ], QUOTA),
    Row("resource_quotas", "no room beside the source's pods", [
        quota({"limits.memory": "7Gi"}, limits_memory="8Gi"), claim(size="20Gi"), DRIVER,
    ], ["warning ResourceQuota shop/team"]),
    Row("resource_quotas", "a default for what movers leave open", [
        quota(limits_cpu="8"), limits(default={"cpu": "1"}), *FINE,
    ], []),
    Row("resource_quotas", "a quota on what need not be set", [
        make("v1", "ResourceQuota", "team", spec={"hard": {"limits.ephemeral-storage": "10Gi"}}), *FINE,
    ], []),
    Row("resource_quotas", "a quota with room", [
        quota({"limits.memory": "1Gi"}, limits_memory="8Gi", requests_storage="100Gi", pods="20"),
        claim(size="20Gi"), DRIVER,
    ], []),
    Row("resource_quotas", "a quota of some pods", [quota(scopes=["BestEffort"], pods="0"), *FINE], []),
    Row("resource_quotas", "a namespace without volumes", [quota(limits_cpu="8")], []),
    Row("limit_ranges", "too little memory for a mover", [limits(max={"memory": "1Gi"}), *FINE], LIMITS),
    Row("limit_ranges", "more than a mover asks for", [limits(min={"cpu": "100m"}), *FINE], LIMITS),
    Row("limit_ranges", "a ratio that a mover does not keep", [
        limits(maxLimitRequestRatio={"memory": "4"}), *FINE,
    ], LIMITS),
    Row("limit_ranges", "a limit of CPU for pods, and no default for containers", [
        limits("Pod", max={"cpu": "2"}), *FINE,
    ], LIMITS),
    Row("limit_ranges", "a limit of CPU for pods above that of containers", [
        make("v1", "LimitRange", "team", spec={"limits": [
            {"type": "Pod", "max": {"cpu": "2"}}, {"type": "Container", "max": {"cpu": "1"}},
        ]}), *FINE,
    ], []),
    Row("limit_ranges", "claims below the smallest disk", [
        limits("PersistentVolumeClaim", max={"storage": "5Gi"}), *FINE,
    ], LIMITS),
    Row("limit_ranges", "bounds that leave room", [
        limits(max={"memory": "4Gi"}, min={"cpu": "10m"}, default={"cpu": "1"}),
        limits("PersistentVolumeClaim", max={"storage": "50Gi"}), *FINE,
    ], []),
    Row("limit_ranges", "a namespace without volumes", [limits(max={"memory": "1Gi"})], []),
    Row("volume_snapshots", "snapshots of a claim", [
        make("snapshot.storage.k8s.io/v1", "VolumeSnapshot", name, spec={"source": {"persistentVolumeClaimName": "uploads"}})
        for name in ("monday", "tuesday")
    ], ["warning VolumeSnapshots of shop"]),
    Row("volume_snapshots", "none", FINE, []),
    Row("snapshot_choices", "a class of the driver", [*BY_DRIVER, snapshot_class("fast")], [], from_snapshots()),
    Row("snapshot_choices", "claims of a StorageClass", [*BY_DRIVER, snapshot_class("fast")], [],
        from_snapshots(storage_class="local-path")),
    Row("snapshot_choices", "nothing wanted", [*BY_DRIVER], []),
    Row("snapshot_choices", "a folder of a node", [*FINE, snapshot_class("fast")], [f"blocker {CLAIM}"], from_snapshots()),
    Row("snapshot_choices", "a driver without a class", [*BY_DRIVER, snapshot_class("other", driver="y")], [
        f"blocker {CLAIM}",
    ], from_snapshots()),
    Row("snapshot_choices", "several classes and no default", [*BY_DRIVER, snapshot_class("a"), snapshot_class("b")], [
        f"blocker {CLAIM}",
    ], from_snapshots()),
    Row("snapshot_choices", "several classes and a named one", [*BY_DRIVER, snapshot_class("a"), snapshot_class("b")], [],
        from_snapshots(snapshot_class="b")),
    Row("snapshot_choices", "several classes and a default", [
        *BY_DRIVER, snapshot_class("a"), snapshot_class("b", **{DEFAULT_CLASS: "true"}),
    ], [], from_snapshots()),
    Row("snapshot_choices", "a class that is not there", [*BY_DRIVER, snapshot_class("a")], [
        f"blocker {CLAIM}",
    ], from_snapshots(snapshot_class="b")),
    Row("snapshot_choices", "a class that keeps snapshots", [*BY_DRIVER, snapshot_class("a", policy="Retain")], [
        f"blocker {CLAIM}",
    ], from_snapshots()),
    Row("volume_choices", "snapshots of a claim that is not there", FINE, [
        "blocker PersistentVolumeClaim shop/gone",
    ], from_snapshots(claim="shop/gone")),
    Row("volume_choices", "snapshots of a class that no claim has", FINE, [
        "blocker StorageClass gp3",
    ], from_snapshots(storage_class="gp3")),
]  # fmt: skip
