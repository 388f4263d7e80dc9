"""Judge whether each volume is bound as planned, and mounted by the pods that are to use it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from include.planning.model import PlanItem
from include.verification.judging import Judgement, Manifest, Scene

METHOD = "binding of the claim; running containers that mount it, against the adapted workloads"


def judge_mount(item: PlanItem, scene: Scene) -> Judgement:
    """Compare what is to mount a claim with what does."""
    namespace, name = item.details["namespace"], item.details["claim"]
    wanted = sorted(set(_planned(scene, namespace, name)))
    claim = scene.target.find("PersistentVolumeClaim", namespace, name)
    source = {"phase": "Bound", "mounted at": wanted}
    if claim is None:
        return Judgement(METHOD, source, None, "the claim is not there; restore it again")
    target = {
        "phase": (claim.get("status") or {}).get("phase"),
        "mounted at": sorted(set(_mounted(scene.target.pods(namespace), name))),
    }
    differing = [part for part, value in source.items() if target[part] != value]
    text = "; ".join(f"{part} {_text(target[part])} instead of {_text(source[part])}" for part in differing)
    return Judgement(METHOD, source, target, f"{text}; look at the pods' events" if text else None)


def _planned(scene: Scene, namespace: str, claim: str) -> Iterator[str]:
    for workload in scene.workloads.values():
        if workload["metadata"]["namespace"] != namespace or not _wants_pods(workload):
            continue
        spec = workload["spec"]["template"]["spec"]
        yield from _places(spec, {*_volumes(spec, claim), *_templates(workload, claim)})


def _mounted(pods: Iterable[Manifest], claim: str) -> Iterator[str]:
    for pod in pods:
        rows = (pod.get("status") or {}).get("containerStatuses") or []
        running = {row["name"] for row in rows if (row.get("state") or {}).get("running")}
        places = _places(pod["spec"], set(_volumes(pod["spec"], claim)))
        yield from (place for place in places if place.partition(" ")[0] in running)


def _places(spec: Manifest, volumes: set[str]) -> Iterator[str]:
    """Yield `container /path` of each mount of these volumes."""
    for container in spec.get("containers") or []:
        for mount in container.get("volumeMounts") or []:
            if mount.get("name") in volumes:
                yield f"{container['name']} {mount['mountPath']}"


def _volumes(spec: Manifest, claim: str) -> Iterator[str]:
    for volume in spec.get("volumes") or []:
        if (volume.get("persistentVolumeClaim") or {}).get("claimName") == claim:
            yield str(volume["name"])


def _templates(workload: Manifest, claim: str) -> Iterator[str]:
    """Yield the claim template of a StatefulSet that the claim was made of: its name is template-set-ordinal."""
    for template in workload["spec"].get("volumeClaimTemplates") or []:
        name = template["metadata"]["name"]
        ordinal = claim.removeprefix(f"{name}-{workload['metadata']['name']}-")
        if ordinal.isdigit() and int(ordinal) < int(workload["spec"].get("replicas", 1)):
            yield str(name)


def _wants_pods(workload: Manifest) -> bool:
    return workload["kind"] == "DaemonSet" or int(workload["spec"].get("replicas", 1)) > 0


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, list) and value else str(value or "nothing")
