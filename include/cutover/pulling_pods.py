"""Write down pods that make a node pull images and run nothing of them, and read how far they are."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from include.batches import in_batches
from include.clusters.node_fit import may_run
from include.conditions import met_conditions
from include.errors import shorten
from include.inventory.pod_specs import pod_spec
from include.labels import OWNER
from include.verification.readiness import HOPELESS_REASONS

PULLS = "cce-migration/pulls"
MOST_CONTAINERS = 20
# No image has it, so its container ends as soon as the image is there.
NOTHING = "/cce-migration/only-pulls"
NOBODY = 65534
HASH_CHARACTERS = 10
# A quota may ask for every one of them.
RESOURCES = {"requests": {"cpu": "1m", "memory": "4Mi"}, "limits": {"cpu": "50m", "memory": "32Mi"}}
# A pod of CCI runs on no node of the cluster.
VIRTUAL = ("type", "virtual-kubelet")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Pull:
    """Have one node pull some images in one namespace, by the logins of the pods that need them."""

    namespace: str
    node: str
    images: tuple[str, ...]
    pull_secrets: tuple[str, ...]
    owner: str

    @property
    def name(self) -> str:
        """Return the pod's name, the same for the same images on the same node."""
        told = "\n".join((self.owner, self.node, *self.images))
        return f"cce-pull-{hashlib.sha256(told.encode()).hexdigest()[:HASH_CHARACTERS]}"

    @property
    def path(self) -> str:
        """Return the API path of the pod."""
        return f"/api/v1/namespaces/{self.namespace}/pods/{self.name}"


@dataclass
class _Wanted:
    """Gather what the workloads of a namespace need on the nodes that may run them."""

    images: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)


def plan_pulls(workloads: Iterable[Manifest], nodes: Iterable[Manifest], owner: str) -> list[Pull]:
    """Return a pull for each namespace and each ready node that may run its workloads."""
    ready = [node for node in nodes if _may_run_pods(node)]
    wanted: dict[tuple[str, str], _Wanted] = defaultdict(_Wanted)
    for workload in workloads:
        spec = pod_spec(workload) or {}
        for node in ready:
            if may_run(spec, node):
                found = wanted[workload["metadata"]["namespace"], node["metadata"]["name"]]
                found.images |= set(_images(spec))
                found.secrets |= {one["name"] for one in spec.get("imagePullSecrets") or []}
    return [
        Pull(namespace, node, tuple(images), tuple(sorted(found.secrets)), owner)
        for (namespace, node), found in sorted(wanted.items())
        for images in in_batches(sorted(found.images), MOST_CONTAINERS)
    ]


def pull_manifest(pull: Pull) -> Manifest:
    """Return the pod. It keeps to the `restricted` Pod Security Standard."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": pull.name,
            "namespace": pull.namespace,
            "labels": {OWNER: pull.owner, PULLS: "true", "sidecar.istio.io/inject": "false"},
        },
        "spec": {
            "nodeName": pull.node,
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 0,
            "tolerations": [{"operator": "Exists"}],
            "imagePullSecrets": [{"name": name} for name in pull.pull_secrets],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": NOBODY,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [_container(number, image) for number, image in enumerate(pull.images)],
        },
    }


def pulled(pod: Manifest) -> int:
    """Return how many of a pod's images its node has."""
    return sum(bool(row.get("imageID")) for row in _statuses(pod))


def refusals(pod: Manifest) -> dict[str, str]:
    """Return the kubelet's reason for each image that the node does not get; by no name for the whole pod."""
    status = pod.get("status") or {}
    if status.get("phase") == "Failed" and not _statuses(pod):
        return {"": _text(status.get("reason") or "the node refused the pod", status.get("message"))}
    waits = {row["image"]: (row.get("state") or {}).get("waiting") or {} for row in _statuses(pod)}
    return {
        image: f"{image}: {_text(waiting['reason'], waiting.get('message'))}"
        for image, waiting in waits.items()
        if waiting.get("reason") in HOPELESS_REASONS
    }


def _text(reason: str, message: str | None) -> str:
    return shorten(f"{reason}: {message}" if message else reason)


def _container(number: int, image: str) -> Manifest:
    return {
        "name": f"image-{number}",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": [NOTHING],
        "resources": RESOURCES,
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }


def _statuses(pod: Manifest) -> list[Manifest]:
    return (pod.get("status") or {}).get("containerStatuses") or []


def _images(spec: Manifest) -> Iterator[str]:
    for field_name in ("initContainers", "containers"):
        for container in spec.get(field_name) or []:
            yield str(container["image"])


def _may_run_pods(node: Manifest) -> bool:
    labels = node["metadata"].get("labels") or {}
    if labels.get(VIRTUAL[0]) == VIRTUAL[1] or (node.get("spec") or {}).get("unschedulable"):
        return False
    return "Ready" in met_conditions(node)
