"""Judge whether Services lead to as many ready pods as on the source, through the same ports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.labels import OWNER
from include.planning.model import PlanItem
from include.verification.judging import Judgement, Manifest, Scene
from include.verification.readiness import pods_of

METHOD = "ready addresses and ports of its EndpointSlices"


def judge_service(item: PlanItem, scene: Scene) -> Judgement:
    """Compare the endpoints of one Service."""
    namespace, name = item.details["namespace"], item.details["name"]
    before = [row for row in scene.source.slices(namespace, name) if not _is_ours(row)]
    source, target = _summary(before), _summary(scene.target.slices(namespace, name))
    live = scene.target.find("Service", namespace, name)
    if live is None:
        return Judgement(METHOD, source, None, "it is not there")
    fewest = min(1, source["ready"]) if _leads_to_restless_pods(live, scene) else source["ready"]
    problems = []
    if target["ready"] < fewest:
        problems.append(f"leads to {target['ready']} ready addresses, on the source to {source['ready']}")
    # Ports that no pod is behind have no endpoints; a Service without pods on the source tells none.
    if source["ready"] and source["ports"] != target["ports"]:
        problems.append(f"its endpoints have the ports {target['ports']}, on the source {source['ports']}")
    text = "; ".join(problems)
    remedy = (
        "look at its selector and at the readiness of its pods"
        if _selector(live)
        else ("it has no selector: make its EndpointSlice on the target")
    )
    return Judgement(METHOD, source, target, f"{text}; {remedy}" if text else None)


def _is_ours(row: Manifest) -> bool:
    """Say whether a former cutover wrote it, to lead customers with an old answer of the DNS on to the target."""
    return OWNER in (row["metadata"].get("labels") or {})


def ready_addresses(slices: Iterable[Manifest]) -> set[str]:
    """Return the addresses that take traffic."""
    return {
        str(address)
        for row in slices
        for endpoint in row.get("endpoints") or []
        if (endpoint.get("conditions") or {}).get("ready") is not False
        for address in endpoint.get("addresses") or []
    }


def _summary(slices: Iterable[Manifest]) -> dict[str, Any]:
    rows = list(slices)
    return {"ready": len(ready_addresses(rows)), "ports": _ports(rows)}


def _ports(slices: Iterable[Manifest]) -> list[str]:
    found = {
        f"{port.get('name') or '-'} {port.get('port')}/{port.get('protocol') or 'TCP'}"
        for row in slices
        if row.get("endpoints")
        for port in row.get("ports") or []
    }
    return sorted(found)


def _leads_to_restless_pods(service: Manifest, scene: Scene) -> bool:
    """Say whether the number of its pods is nobody's wish: an autoscaler's, or that of the nodes."""
    selector, namespace = _selector(service), service["metadata"]["namespace"]
    if not selector:
        return False
    behind = [
        pod
        for pod in scene.target.pods(namespace)
        if selector.items() <= (pod["metadata"].get("labels") or {}).items()
    ]
    return any(pods_of(scene.workloads[key], behind) for key in scene.restless if key in scene.workloads)


def _selector(service: Manifest) -> dict[str, str]:
    return (service.get("spec") or {}).get("selector") or {}
