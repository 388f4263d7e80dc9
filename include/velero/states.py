"""Know what each phase of Velero's backups and restores means: done, failed, or keep waiting."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Any, Literal

from include.errors import MigrationError, PermanentError, TemporaryError, WaitTimeoutError, shorten
from include.velero.names import NAMESPACE_PATH, object_path
from include.verification.readiness import pod_reasons

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 10.0
# The last steps of a restore (waiting for volumes, hooks, other plugins) are not counted by Velero.
STILL_SECONDS = 600.0
# Errors of single objects end as PartiallyFailed, refused requests as FailedValidation.
BROKEN_OFF = "Failed"
# What Velero's validation says while the object storage does not answer; a wrong address is refused by the installation.
OUTAGE = re.compile(r"\b(?:BackupStorageLocation|BSL) \S+ is (?:in )?unavailable\b", re.IGNORECASE)
State = Literal["done", "failed", "waiting"]
STATES: dict[str, State] = {
    "Completed": "done",
    "PartiallyFailed": "failed",
    "Failed": "failed",
    "FailedValidation": "failed",
    "Deleting": "failed",
}


def state_of(phase: str) -> State:
    """Return what a phase means; a new or unknown one is waited for."""
    return STATES.get(phase, "waiting")


def read_phase(cluster: Cluster, plural: str, name: str) -> str:
    """Return the phase of a backup or restore; `New` before Velero has looked at it."""
    return _phase(cluster.get(object_path(plural, name)))


def accepted_phase(cluster: Cluster, plural: str, name: str) -> str:
    """Return the phase of a backup or restore that Velero has not refused.

    :raises TemporaryError: when Velero refused it because the object storage did not answer.
    :raises PermanentError: when Velero refused it, with every reason.
    """
    seen = cluster.get(object_path(plural, name))
    reasons = [str(reason) for reason in (seen.get("status") or {}).get("validationErrors") or []]
    if reasons:
        raise _refusal(f"{plural[:-1]} velero/{name}, {cluster.name} cluster", reasons)
    return _phase(seen)


def _phase(seen: dict[str, Any]) -> str:
    return str((seen.get("status") or {}).get("phase") or "New")


def _refusal(place: str, reasons: list[str]) -> MigrationError:
    text = f"{place}: Velero refuses it: {'; '.join(reasons)}"
    if all(OUTAGE.search(reason) for reason in reasons):
        return TemporaryError(
            f"{text}; the object storage does not answer this cluster: the next try makes another one, as soon as it does"
        )
    return PermanentError(text)


def wait_until_finished(
    cluster: Cluster, plural: str, name: str, still_seconds: float = STILL_SECONDS
) -> str:
    """Poll until the phase is final; return it. How far it is, is logged every ten seconds.

    :param still_seconds: how long phase and progress may stand still: a large restore takes hours, a stuck one shows soon.
    :raises TemporaryError: when Velero broke it off: a server that starts gives up what it finds unfinished.
    :raises WaitTimeoutError: when it stands still, with what the server's pods wait for.
    """
    started = moved_at = last_line = time.monotonic()
    seen_before = ""
    while True:
        phase = accepted_phase(cluster, plural, name)
        if phase == BROKEN_OFF:
            raise TemporaryError(_why_broken_off(cluster, plural, name))
        if state_of(phase) != "waiting":
            return phase
        moment = time.monotonic()
        seen = f"is {phase}, {progress_of(cluster.get(object_path(plural, name)))}"
        if seen != seen_before:
            seen_before, moved_at = seen, moment
        if moment - moved_at >= still_seconds:
            raise WaitTimeoutError(_why_still(cluster, plural, name, seen, moment - moved_at))
        if moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info("%s %s %s, %.0f s", plural[:-1].capitalize(), name, seen, moment - started)
        time.sleep(POLL_SECONDS)


def _why_still(cluster: Cluster, plural: str, name: str, seen: str, seconds: float) -> str:
    reasons = pod_reasons(cluster.list(f"{NAMESPACE_PATH}/pods", labelSelector="deploy=velero"))
    return (
        f"{plural[:-1]} velero/{name}, {cluster.name} cluster: {seen}, and has not moved for {seconds:.0f} s "
        f"({'; '.join(reasons) or 'its server runs'}); read the log of Deployment velero/velero"
    )


def _why_broken_off(cluster: Cluster, plural: str, name: str) -> str:
    status = cluster.get(object_path(plural, name)).get("status") or {}
    reason = shorten(str(status.get("failureReason") or "no reason was noted"))
    return (
        f"{plural[:-1]} velero/{name}, {cluster.name} cluster: Velero broke it off ({reason}); the next try makes another "
        "one; if that fails as well, read the log of Deployment velero/velero"
    )


def progress_of(obj: dict[str, Any]) -> str:
    """Return e.g. `12 of 40 objects`."""
    progress = (obj.get("status") or {}).get("progress") or {}
    done = progress.get("itemsBackedUp", progress.get("itemsRestored", 0))
    return f"{done} of {progress.get('totalItems', '?')} objects"
