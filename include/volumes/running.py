"""Run a mover to its end and return what it printed; find one that runs already."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

from include.conditions import met_conditions
from include.errors import (
    EngineError,
    MigrationError,
    ObjectExistsError,
    ObjectNotFoundError,
    PermanentError,
    TemporaryError,
    shorten,
)
from include.verification.readiness import HOPELESS_REASONS, pod_reasons
from include.volumes.creating import NOT_CREATED, creation_failures, is_quota, waits_for_others
from include.volumes.manifests import Mover, job_manifest, network_policy, secret_manifest
from include.volumes.output import progress_line
from include.volumes.users import ENDED

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 10.0
# How long a mover may wait for its node, its image and its volume.
START_SECONDS = 600.0
HOPELESS_SECONDS = 45.0
# A Job asks again for its pod after a minute at the latest, once a quota has room.
QUOTA_SECONDS = 90.0
WAITS_FOR_OTHERS = "waits for other movers, until the quota of its namespace has room for it"
LAST_LINES = 20
# restic's own exit codes for what waiting does not cure.
HOPELESS_CODES = {
    12: "the repository is encrypted with another password; correct the connection of volumes.repository",
}

NO_SPACE = "no space left on device"

Manifest = dict[str, Any]


def run_mover(cluster: Cluster, mover: Mover, secrets: dict[str, str]) -> str:
    """Run a mover and return its log; everything made for it is removed afterwards.

    One that a former try started is waited for, one that failed is made again.

    :raises EngineError: when it failed, with its last lines.
    :raises TemporaryError: when it could not start, with what its pod waits for.
    """
    uid = start_mover(cluster, mover, secrets)
    try:
        pod = await_pod(cluster, mover, uid, ENDED)
        text = cluster.logs(mover.namespace, pod["metadata"]["name"], "mover")
    except ObjectNotFoundError as error:
        raise _removed_meanwhile(cluster, mover) from error
    finally:
        # A Job that still runs is left to the next try; it has read its Secret.
        cluster.delete(_path(mover, "/api/v1", "secrets"))
    if pod["status"]["phase"] != "Succeeded":
        code, reason = _how_it_ended(pod)
        remove_mover(cluster, mover)
        raise mover_failure(cluster, mover, code, reason, text)
    remove_mover(cluster, mover)
    return text


def start_mover(cluster: Cluster, mover: Mover, secrets: dict[str, str]) -> str:
    """Make a mover's Job with what it needs, unless it runs already, and return the uid of the Job."""
    _remove_failed(cluster, mover)
    cluster.apply(secret_manifest(mover, secrets))
    cluster.apply(network_policy(mover))
    try:
        job: Manifest | None = cluster.create(job_manifest(mover))
    except ObjectExistsError:
        logger.info("Mover %s/%s runs already", mover.namespace, mover.name)
        job = cluster.find(_path(mover, "/apis/batch/v1", "jobs"))
    if job is None:
        raise _removed_meanwhile(cluster, mover)
    return str(job["metadata"]["uid"])


def await_pod(cluster: Cluster, mover: Mover, uid: str, phases: frozenset[str]) -> Manifest:
    """Return the pod of a Job when it is in one of these phases.

    :raises TemporaryError: when it could not start, with what it waits for.
    """
    started = last_line = its_turn = time.monotonic()
    hopeless_since: float | None = None
    while True:
        pods = _pods_of(cluster, mover, uid)
        for pod in pods:
            if pod.get("status", {}).get("phase") in phases:
                return pod
        moment = time.monotonic()
        if waits_for_others(cluster, mover, pods):
            its_turn, hopeless_since = moment, None
        elif not any(pod.get("status", {}).get("phase") == "Running" for pod in pods):
            hopeless_since = _check_start(cluster, mover, pods, moment - its_turn, hopeless_since)
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info(
                "Mover %s on the %s cluster: %s, %.0f s",
                mover.name,
                cluster.name,
                _how_far(cluster, pods) if its_turn != moment else WAITS_FOR_OTHERS,
                moment - started,
            )
        time.sleep(POLL_SECONDS)


def _refuse_without_pod(cluster: Cluster, mover: Mover) -> None:
    """Raise when no pod will come any more: the Job is gone, or it has failed with its pod, which somebody deleted."""
    job = cluster.find(_path(mover, "/apis/batch/v1", "jobs"))
    if job is None:
        raise _removed_meanwhile(cluster, mover)
    if "Failed" in met_conditions(job):
        remove_mover(cluster, mover)
        raise TemporaryError(
            f"Job {mover.namespace}/{mover.name}, {cluster.name} cluster: its pod was deleted before it came to its end (a "
            "drained node, an eviction?); the task starts it again"
        )


def _removed_meanwhile(cluster: Cluster, mover: Mover) -> TemporaryError:
    """Return the error for a mover that another try of the same task has read and removed, or a person."""
    return TemporaryError(
        f"Job {mover.namespace}/{mover.name}, {cluster.name} cluster: was removed while it was waited for; "
        "the task starts it again"
    )


def _pods_of(cluster: Cluster, mover: Mover, uid: str) -> list[Manifest]:
    """Return the Job's own pods: one of a former Job of the same name may not be gone yet, and has an old story to tell."""
    path = f"/api/v1/namespaces/{mover.namespace}/pods"
    return [
        pod
        for pod in cluster.list(path, labelSelector=f"job-name={mover.name}")
        if any(owner.get("uid") == uid for owner in pod["metadata"].get("ownerReferences") or [])
    ]


def _check_start(
    cluster: Cluster, mover: Mover, pods: list[Manifest], seconds: float, hopeless_since: float | None
) -> float | None:
    """Return since when the start looks hopeless; raise when it has looked so for too long."""
    if not pods:
        _refuse_without_pod(cluster, mover)
    reasons = pod_reasons(pods) if pods else creation_failures(cluster, mover)
    is_hopeless = any(reason.startswith((*HOPELESS_REASONS, NOT_CREATED)) for reason in reasons)
    since = hopeless_since if is_hopeless and hopeless_since is not None else seconds if is_hopeless else None
    patience = QUOTA_SECONDS if any(map(is_quota, reasons)) else HOPELESS_SECONDS
    if seconds >= START_SECONDS or (since is not None and seconds - since >= patience):
        remove_mover(cluster, mover)
        raise TemporaryError(
            f"Job {mover.namespace}/{mover.name}, {cluster.name} cluster: has not started after {seconds:.0f} s "
            f"({'; '.join(reasons) or 'no pod was made; look at the events of the Job'})"
        )
    return since


def _how_far(cluster: Cluster, pods: list[Manifest]) -> str:
    for pod in pods:
        if pod.get("status", {}).get("phase") == "Running":
            metadata = pod["metadata"]
            return progress_line(cluster.logs(metadata["namespace"], metadata["name"], "mover", tail=5))
    return "; ".join(pod_reasons(pods)) or "starts"


def _how_it_ended(pod: Manifest) -> tuple[int, str]:
    """Return exit code and reason of a pod that failed."""
    status = pod.get("status") or {}
    ended: Manifest = {}
    for row in status.get("containerStatuses") or []:
        ended = (row.get("state") or {}).get("terminated") or {}
    return int(ended.get("exitCode") or 0), str(ended.get("reason") or status.get("reason") or "Failed")


def mover_failure(cluster: Cluster, mover: Mover, code: int, reason: str, text: str) -> MigrationError:
    """Return the error for what a mover printed before it failed."""
    lines = [line for line in text.splitlines() if line.strip()][-LAST_LINES:]
    place = f"Job {mover.namespace}/{mover.name}, {cluster.name} cluster"
    if code in HOPELESS_CODES:
        last = shorten(lines[-1] if lines else "")
        return PermanentError(f"{place}: {HOPELESS_CODES[code]}; last line: {last}")
    if NO_SPACE in text.lower():
        return PermanentError(f"{place}: {_what_is_full(mover)}")
    return EngineError(
        f"mover {mover.namespace}/{mover.name} on the {cluster.name} cluster ({reason})",
        lines,
        exit_code=code,
    )


def _what_is_full(mover: Mover) -> str:
    if mover.script != "restore":
        return "the disk of its node is full, where the repository's index is kept meanwhile; make room and run the task again"
    name = ((mover.volume or {}).get("persistentVolumeClaim") or {}).get("claimName")
    return (
        f"PersistentVolumeClaim {mover.namespace}/{name} is full: the content of the source does not fit; enlarge the claim on the "
        "target and run the task again"
    )


def _remove_failed(cluster: Cluster, mover: Mover) -> None:
    """Remove a former try's Job unless it runs, or succeeded without anybody reading it.

    What a hash says is only worth something at its time: it is always made anew.
    """
    path = _path(mover, "/apis/batch/v1", "jobs")
    job = cluster.find(path)
    if job is None:
        return
    ended = met_conditions(job)
    is_worth_nothing = mover.script in {"hash", "hold"} or mover.stands_by
    is_useless = "Failed" in ended or ("Complete" in ended and is_worth_nothing)
    is_other = _settings(job) != _settings(job_manifest(mover))
    if is_useless or is_other or job["metadata"].get("deletionTimestamp"):
        cluster.delete(path, propagation="Foreground")
        cluster.wait_for(path, lambda seen: seen is None, 60, f"Job {mover.namespace}/{mover.name} is gone")


def _settings(job: Manifest) -> Any:
    """Return what makes a mover another one: its image, script and settings."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    return container.get("image"), container.get("args"), container.get("env")


def remove_mover(cluster: Cluster, mover: Mover) -> None:
    """Remove a mover's Job and its leave to reach the object storage."""
    cluster.delete(_path(mover, "/apis/batch/v1", "jobs"), propagation="Background")
    cluster.delete(_path(mover, "/apis/networking.k8s.io/v1", "networkpolicies"))


def remove_mover_with_secret(cluster: Cluster, mover: Mover) -> None:
    """Remove a mover that nobody waits for, and what it was told."""
    remove_mover(cluster, mover)
    cluster.delete(_path(mover, "/api/v1", "secrets"))


def _path(mover: Mover, api: str, plural: str) -> str:
    return f"{api}/namespaces/{mover.namespace}/{plural}/{mover.name}"
