"""Judge which images the pods of a workload run, and whether they have restarted."""

from __future__ import annotations

from collections.abc import Iterable

from include.planning.model import PlanItem
from include.verification.judging import Judgement, Manifest, Scene
from include.verification.readiness import pods_of

METHOD = "image digests that the nodes report, against the digests that were copied; restarts meanwhile"
CHARACTERS = 19


def judge_pods(item: PlanItem, scene: Scene) -> Judgement:
    """Compare the images of a workload's containers with those that were copied for it."""
    workload = scene.workloads[item.details["key"]]
    pods = pods_of(workload, scene.target.pods(workload["metadata"]["namespace"]))
    expected = _expected(workload, scene)
    running = {name: sorted(_running(pods, name)) for name in expected}
    restarted = sorted(_restarted(pods, scene))
    problems = [
        f"container {name} runs {_shown(running[name])} instead of {_shown([digest])}"
        for name, digest in expected.items()
        if running[name] and running[name] != [digest]
    ]
    problems += [f"{name} has restarted since it was ready; read the log of what ended" for name in restarted]
    # A workload without pods was asked for none: that it has as many as it shall have is another row.
    source = {name: _shown([digest] if running[name] else []) for name, digest in expected.items()}
    target = {name: _shown(found) for name, found in running.items()}
    return Judgement(METHOD, source, target, "; ".join(problems) or None)


def restarts_of(pods: Iterable[Manifest]) -> dict[str, int]:
    """Return how often each container has restarted, by namespace/pod/container."""
    return {
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}/{row['name']}": int(
            row.get("restartCount") or 0
        )
        for pod in pods
        for row in (pod.get("status") or {}).get("containerStatuses") or []
    }


def _expected(workload: Manifest, scene: Scene) -> dict[str, str]:
    """Return the digest each container shall run; images that were on the target already have none that is known."""
    containers = workload["spec"]["template"]["spec"].get("containers") or []
    known = {one["name"]: scene.digests.get(one.get("image", "")) for one in containers}
    return {name: digest for name, digest in known.items() if digest}


def _running(pods: Iterable[Manifest], container: str) -> set[str]:
    rows = [row for pod in pods for row in (pod.get("status") or {}).get("containerStatuses") or []]
    found = {str(row.get("imageID") or "") for row in rows if row.get("name") == container}
    return {one.rpartition("@")[2] for one in found if one}


def _restarted(pods: Iterable[Manifest], scene: Scene) -> list[str]:
    now = restarts_of(pods)
    return [name for name, count in now.items() if count > scene.restarts.get(name, count)]


def _shown(digests: Iterable[str]) -> str:
    return ", ".join(digest[:CHARACTERS] for digest in digests) or "no pod"
