"""Tell what every workload needs: how many pods of it run at once, and what each of them requests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from include.clusters.node_fit import required_node_terms
from include.inventory.leaders import leader_reference, loads_by_workload
from include.inventory.model import label
from include.inventory.node_labels import is_foreign
from include.inventory.owners import is_finished
from include.inventory.pod_specs import containers, pod_spec
from include.inventory.quantities import parse_quantity
from include.inventory.store import Inventory
from include.inventory.usage import Load
from include.sizing.model import Amounts

ARCHITECTURE = "kubernetes.io/arch"
OPERATING_SYSTEM = "kubernetes.io/os"
REPLICATED = frozenset({"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"})

Manifest = dict[str, Any]
Selector = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PodGroup:
    """Stand for the equal pods of one workload.

    :param count: pods at once; of a DaemonSet one on each node that `selector` allows, then it is 0.
    :param most: pods at once when an autoscaler has scaled to its maximum.
    :param selector: labels that a node has to have, as they are on the target.
    :param devices: extended resources such as `nvidia.com/gpu`, which general-purpose nodes lack.
    :param used: what a pod uses as far as that was measured: the cores of the average one, since they come and go, and the
        memory of the largest one, which cannot be lent.
    :param is_raised: `each` counts what is used, since that is more than what is requested.
    """

    name: str
    each: Amounts
    count: int = 1
    most: int = 1
    selector: Selector = ()
    is_per_node: bool = False
    has_requests: bool = True
    devices: tuple[str, ...] = ()
    used: Amounts | None = None
    is_raised: bool = False

    def raised(self) -> PodGroup:
        """Return the group as sizing counts it: with what is used where that is more than the requests, never with less."""
        each = self.each if self.used is None else self.each.at_least(self.used)
        return replace(self, each=each, is_raised=each != self.each)


def pod_groups(inventory: Inventory) -> list[PodGroup]:
    """Return one group a workload, by name; a CronJob counts with as many pods as one run of it has."""
    scaled, loads = _autoscaled(inventory), loads_by_workload(inventory)
    groups = (_group(obj, scaled) for obj in inventory.objects() if _is_counted(obj))
    return sorted(
        (replace(one, used=_used(loads[one.name])) if one.name in loads else one for one in groups),
        key=lambda group: group.name,
    )


def pod_requests(spec: Manifest) -> Amounts:
    """Return what the scheduler reserves for a pod.

    Sidecars (init containers that are restarted) run beside everything after them; the other init containers run one by
    one, before the containers. A request that is missing is the limit, as the API server has it.
    """
    return Amounts(
        millicores=math.ceil(round(_reserved(spec, "cpu") * 1000, 3)),
        memory=math.ceil(_reserved(spec, "memory")),
        pods=1,
    )


def _is_counted(obj: Manifest) -> bool:
    if pod_spec(obj) is None or obj["kind"] == "PodTemplate" or is_finished(obj):
        return False
    return leader_reference(obj) is None


def _used(loads: Sequence[Load]) -> Amounts:
    """Return what one pod of a workload uses, of the loads of at least one."""
    millicores = math.ceil(sum(load.millicores for load in loads) / len(loads))
    return Amounts(millicores, max(load.memory for load in loads))


def _group(obj: Manifest, scaled: dict[tuple[str, str, str], int]) -> PodGroup:
    spec = pod_spec(obj) or {}
    each, count = pod_requests(spec), _count(obj)
    metadata = obj["metadata"]
    return PodGroup(
        name=label(obj),
        each=each,
        count=count,
        most=max(count, scaled.get((obj["kind"], str(metadata.get("namespace")), metadata["name"]), 0)),
        selector=_selector(spec),
        is_per_node=obj["kind"] == "DaemonSet",
        has_requests=each.millicores > 0 and each.memory > 0,
        devices=tuple(sorted({name for one in containers(obj) for name in _devices(one)})),
    )


def _devices(container: Manifest) -> Iterator[str]:
    """Yield the extended resources a container asks for; their names have a domain, and requests equal limits."""
    limits = (container.get("resources") or {}).get("limits") or {}
    yield from (name for name in limits if "/" in name)


def _count(obj: Manifest) -> int:
    kind, spec = obj["kind"], obj.get("spec") or {}
    if kind in REPLICATED:
        return int(spec.get("replicas", 1))
    if kind == "DaemonSet":
        return 0
    if kind == "CronJob":
        running = len((obj.get("status") or {}).get("active") or [])
        return max(1, running) * _parallel((spec.get("jobTemplate") or {}).get("spec") or {})
    return _parallel(spec) if kind == "Job" else 1


def _parallel(job: Manifest) -> int:
    parallel = job.get("parallelism", 1)
    return int(min(parallel, job.get("completions") or parallel))


def _autoscaled(inventory: Inventory) -> dict[tuple[str, str, str], int]:
    """Return (kind, namespace, name) of each autoscaled workload with the most replicas it may get."""
    found = {}
    for scaler in inventory.objects("HorizontalPodAutoscaler"):
        spec = scaler.get("spec") or {}
        target = spec.get("scaleTargetRef") or {}
        place = (str(target.get("kind")), str(scaler["metadata"].get("namespace")), str(target.get("name")))
        found[place] = int(spec.get("maxReplicas") or 0)
    return found


def _selector(spec: Manifest) -> Selector:
    """Return the labels a pod asks of its node that mean something on the target; zones and source's node groups do not."""
    wanted = {**(spec.get("nodeSelector") or {}), **dict(_single_values(spec))}
    kept = ((name, str(value)) for name, value in wanted.items() if _is_kept(name))
    return tuple(sorted(kept))


def _is_kept(name: str) -> bool:
    return not is_foreign(name) and name != OPERATING_SYSTEM


def _single_values(spec: Manifest) -> Iterator[tuple[str, str]]:
    """Yield the labels that a required node affinity leaves no choice about."""
    terms = required_node_terms(spec) or []
    if len(terms) == 1:
        for rule in terms[0].get("matchExpressions") or []:
            if rule.get("operator") == "In" and len(rule.get("values") or []) == 1:
                yield rule["key"], rule["values"][0]


def _reserved(spec: Manifest, name: str) -> float:
    overhead = parse_quantity((spec.get("overhead") or {}).get(name))
    whole_pod = _request(spec, name)
    if whole_pod:
        return whole_pod + overhead
    sidecars = peak = 0.0
    for one in spec.get("initContainers") or []:
        if one.get("restartPolicy") == "Always":
            sidecars += _request(one, name)
            peak = max(peak, sidecars)
        else:
            peak = max(peak, sidecars + _request(one, name))
    running = sidecars + sum(_request(one, name) for one in spec.get("containers") or [])
    return max(peak, running) + overhead


def _request(holder: Manifest, name: str) -> float:
    resources = holder.get("resources") or {}
    requested = (resources.get("requests") or {}).get(name)
    return parse_quantity(requested if requested is not None else (resources.get("limits") or {}).get(name))
