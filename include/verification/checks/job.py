"""Check that a Job ends well in the target: one of a CronJob that was migrated, or one that the definition brings."""

from __future__ import annotations

import copy
import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any

from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.conditions import met_conditions
from include.connections.access import Side
from include.errors import ClusterError, ObjectExistsError, TemporaryError, shorten
from include.inventory.store import load_inventory
from include.labels import OWNER
from include.verification.checks.probe import NoAnswerError
from include.verification.readiness import HOPELESS_REASONS, pod_reasons

if TYPE_CHECKING:
    from include.definition import JobCheck
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
GONE_SECONDS = 60.0
HOPELESS_SECONDS = 45.0
# Kept an hour when it failed, so that a person can read its log.
KEEP_SECONDS = 3600
LABEL = "cce-migration/check"
SHOWN_REFUSAL = 200

Manifest = dict[str, Any]


class JobProbe:
    """Run a Job to its end, once.

    Its name follows from run and check: a second try finds the one that a killed one has started. One that failed is run again.
    """

    def __init__(self, run: MigrationRun, check: JobCheck) -> None:
        self._run = run
        self._check = check

    @property
    def _unwanted(self) -> str:
        return "Complete" if self._check.exit_code else "Failed"

    @property
    def sides(self) -> frozenset[Side]:
        """Return none: it is run once, and the source is left alone."""
        return frozenset()

    def ask(self, side: Side) -> dict[str, int]:
        """Return the exit code."""
        try:
            path = self._start()
            pod = self._await(path)
        except ClusterError as error:
            raise NoAnswerError(shorten(str(error), SHOWN_REFUSAL)) from error
        code = _exit_code(pod)
        if code == self._check.exit_code or self._check.exit_code:
            self._run.target.delete(path)
        return {"exit_code": code}

    def expected(self, source: Any) -> dict[str, int]:
        """Return what the definition says."""
        return {"exit_code": self._check.exit_code}

    def close(self) -> None:
        """Leave a Job that failed to the person who reads its log."""

    def _start(self) -> str:
        job = job_manifest(self._run, self._check)
        target = self._run.target
        path = target.path_of(job)
        # One that ended as it should was started by a try that was killed before it could say so.
        if self._unwanted in met_conditions(target.find(path)):
            target.delete(path)
            target.wait_for(path, lambda seen: seen is None, GONE_SECONDS, f"{path} is gone")
        try:
            target.create(job)
        except ObjectExistsError:
            logger.info("Job %s runs already", path)
        return path

    def _await(self, path: str) -> Manifest:
        """Return the pod that ended."""
        started = time.monotonic()
        while True:
            pods = self._pods(path)
            ended = [pod for pod in pods if (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}]
            if ended:
                return ended[-1]
            if not pods and self._run.target.find(path) is None:
                raise TemporaryError(
                    f"Job {path}, target cluster: was removed while it was waited for; the task starts it again"
                )
            self._refuse_hopeless(path, pods, time.monotonic() - started)
            time.sleep(POLL_SECONDS)

    def _pods(self, path: str) -> list[Manifest]:
        folder, _, name = (
            path.replace("/apis/batch/v1/", "/api/v1/").replace("/jobs/", "/pods/").rpartition("/")
        )
        return list(self._run.target.list(folder, labelSelector=f"{LABEL}={name}"))

    def _refuse_hopeless(self, path: str, pods: list[Manifest], seconds: float) -> None:
        reasons = pod_reasons(pods)
        is_hopeless = seconds >= HOPELESS_SECONDS and any(
            reason.startswith(tuple(HOPELESS_REASONS)) for reason in reasons
        )
        if is_hopeless or seconds >= self._check.timeout_seconds:
            self._run.target.delete(path)
            raise NoAnswerError(
                f"not ended after {seconds:.0f} s: {'; '.join(reasons) or 'it runs' if pods else 'it has no pod'}"
            )


def job_manifest(run: MigrationRun, check: JobCheck) -> Manifest:
    """Return the Job that a check runs.

    :raises NoAnswerError: when the target has no such CronJob.
    """
    job = _of_cron_job(run, check.cron_job) if check.cron_job else _of_definition(run, check.manifest or {})
    digest = hashlib.sha256(check.name.encode()).hexdigest()[:10]
    name = f"cce-check-{run.short_id}-{digest}"
    labels = {OWNER: run.definition.name, LABEL: name}
    job["metadata"] = {"name": name, "namespace": job["metadata"]["namespace"], "labels": labels}
    job["spec"] = {
        **job["spec"],
        "backoffLimit": 0,
        "ttlSecondsAfterFinished": KEEP_SECONDS,
        "suspend": False,
    }
    template = job["spec"]["template"]
    # Without the labels of the application: no Service would lead customers to it.
    template["metadata"] = {
        "annotations": (template.get("metadata") or {}).get("annotations") or {},
        "labels": labels,
    }
    template["spec"]["restartPolicy"] = "Never"
    return job


def _of_cron_job(run: MigrationRun, name: str) -> Manifest:
    namespace, _, short = name.partition("/")
    cron_job = run.target.find(f"/apis/batch/v1/namespaces/{namespace}/cronjobs/{short}")
    if cron_job is None:
        raise NoAnswerError(f"CronJob {name} is not there")
    spec = copy.deepcopy(cron_job["spec"]["jobTemplate"]["spec"])
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"namespace": namespace}, "spec": spec}


def _of_definition(run: MigrationRun, manifest: Manifest) -> Manifest:
    adapted, _ = adapt(copy.deepcopy(manifest), context_of(run, load_inventory(run.ledger)))
    return copy.deepcopy(adapted)


def _exit_code(pod: Manifest) -> int:
    """Return the exit code of the first container that did not end with 0, or 0."""
    rows = (pod.get("status") or {}).get("containerStatuses") or []
    codes = [int(((row.get("state") or {}).get("terminated") or {}).get("exitCode", 0)) for row in rows]
    return next((code for code in codes if code), 0)


def remove_check_jobs(run: MigrationRun) -> int:
    """Remove Jobs of checks that still run though nobody waits for them any more; return how many there were.

    One that has ended stays for an hour: a person may want to read its log.
    """
    removed = 0
    for namespace in run.definition.source.namespaces:
        folder = f"/apis/batch/v1/namespaces/{namespace}/jobs"
        for job in run.target.list(folder, labelSelector=f"{OWNER}={run.definition.name},{LABEL}"):
            if not met_conditions(job):
                removed += run.target.delete(f"{folder}/{job['metadata']['name']}")
    return removed
