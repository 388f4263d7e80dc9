"""Judge whether CronJobs will run on the target: they are held until the source stands still, so a Job is only tried."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from include.errors import ClusterError, shorten
from include.planning.model import PlanItem
from include.verification.judging import Judgement, Manifest, Scene

if TYPE_CHECKING:
    from include.clusters import Cluster

METHOD = "schedule; the target's API server takes a Job of it, tried without making one"
TAKEN = "taken"


def judge_schedule(item: PlanItem, scene: Scene, target: Cluster) -> Judgement:
    """Compare a CronJob's schedule, and try a Job of it; the source's last run is told beside."""
    namespace, name = item.details["namespace"], item.details["name"]
    before, live = (side.find("CronJob", namespace, name) for side in (scene.source, scene.target))
    source = {"schedule": _schedule(before), "last ran": _last_run(before), "a Job of it": TAKEN}
    if live is None:
        return Judgement(METHOD, source, None, "it is not there")
    answer = _try(target, live)
    seen = {"schedule": _schedule(live), "last ran": _last_run(live), "a Job of it": answer}
    problems = [] if answer == TAKEN else [f"the API server refuses a Job of it: {answer}"]
    if seen["schedule"] != source["schedule"]:
        problems.append(f"runs at {seen['schedule']} instead of {source['schedule']}")
    return Judgement(METHOD, source, seen, "; ".join(problems) or None)


def _try(target: Cluster, cron_job: Manifest) -> str:
    metadata = cron_job["metadata"]
    spec = copy.deepcopy(cron_job["spec"]["jobTemplate"]["spec"])
    name = {"name": f"{metadata['name'][:50]}-tried", "namespace": metadata["namespace"]}
    try:
        target.create({"apiVersion": "batch/v1", "kind": "Job", "metadata": name, "spec": spec}, dry_run=True)
    except ClusterError as error:
        return shorten(str(error), 200)
    return TAKEN


def _schedule(cron_job: Manifest | None) -> str:
    spec = (cron_job or {}).get("spec") or {}
    zone = f" {spec['timeZone']}" if spec.get("timeZone") else ""
    return f"{spec.get('schedule')}{zone}"


def _last_run(cron_job: Manifest | None) -> str:
    return str(((cron_job or {}).get("status") or {}).get("lastScheduleTime") or "never")
