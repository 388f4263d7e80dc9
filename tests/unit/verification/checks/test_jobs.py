"""A check by a Job: what is run, what is found again after a kill, and what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.definition import JobCheck
from include.errors import TemporaryError
from include.inventory.store import save_inventory
from include.labels import OWNER
from include.run import MigrationRun
from include.verification.checks import job as job_module
from include.verification.checks import remove_check_jobs
from include.verification.checks.job import LABEL, JobProbe, job_manifest
from include.verification.checks.probe import NoAnswerError
from tests.builders.objects import MemoryCluster, container, inventory, make, pod
from tests.builders.runs import run as lab_run

TEMPLATE = {
    "metadata": {"labels": {"app": "report"}},
    "spec": {"containers": [container("swr.eu-de.lab/shop/shop/report:1")], "restartPolicy": "OnFailure"},
}
CRON_JOB = make(
    "batch/v1",
    "CronJob",
    "report",
    spec={"suspend": True, "schedule": "* * * * *", "jobTemplate": {"spec": {"template": TEMPLATE}}},
)
CHECK = JobCheck(cron_job="shop/report", timeout_seconds=0.5)
JOBS = "/apis/batch/v1/namespaces/shop/jobs"


class WorkingCluster(MemoryCluster):
    """Run each Job at once: its pod ends with an exit code; None lets it run on."""

    exit_code: int | None = 0
    made = 0

    def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        made = super().create(obj, dry_run=dry_run)
        self.made += 1
        self.end(made)
        return made

    def end(self, job: dict[str, Any]) -> None:
        if self.exit_code is None:
            return
        name, labels = job["metadata"]["name"], job["spec"]["template"]["metadata"]["labels"]
        terminated = {"terminated": {"exitCode": self.exit_code}}
        phase = "Failed" if self.exit_code else "Succeeded"
        status = {"phase": phase, "containerStatuses": [{"name": "app", "state": terminated}]}
        ended = pod(f"{name}-x", metadata={"labels": labels}, status=status)
        self.objects[self.path_of(ended)] = ended
        kind = "Failed" if self.exit_code else "Complete"
        job["status"] = {"conditions": [{"type": kind, "status": "True"}]}

    def list(self, path: str, **parameters: Any) -> Any:
        wanted = [part.split("=") for part in parameters.get("labelSelector", "").split(",") if part]
        for obj in super().list(path):
            labels = obj["metadata"].get("labels") or {}
            if all((pair[0] in labels and labels[pair[0]] == pair[-1]) or len(pair) == 1 for pair in wanted):
                yield obj

    def delete(self, path: str, **parameters: Any) -> bool:
        name = path.rpartition("/")[2]
        for known in [one for one in self.objects if one.endswith((f"/{name}", f"/{name}-x"))]:
            del self.objects[known]
        return True

    def wait_for(self, path: str, predicate: Any, *_: Any) -> None:
        assert predicate(self.find(path))


@pytest.fixture
def cluster() -> WorkingCluster:
    return WorkingCluster("target", CRON_JOB)


@pytest.fixture
def run(tmp_path: Path, cluster: WorkingCluster, monkeypatch: pytest.MonkeyPatch) -> MigrationRun:
    monkeypatch.setattr(job_module, "POLL_SECONDS", 0.01)
    made = lab_run(tmp_path)
    save_inventory(made.ledger, inventory())
    made.__dict__["target"] = cluster
    return made


def jobs(cluster: WorkingCluster) -> list[dict[str, Any]]:
    return list(cluster.list(JOBS))


def test_the_job_of_a_cron_job_is_run_once_and_removed(run: MigrationRun, cluster: WorkingCluster) -> None:
    assert JobProbe(run, CHECK).ask("target") == {"exit_code": 0}
    assert (jobs(cluster), cluster.made) == ([], 1)


def test_no_service_leads_customers_to_its_pod_and_nobody_holds_it(run: MigrationRun) -> None:
    made = job_manifest(run, CHECK)
    assert set(made["spec"]["template"]["metadata"]["labels"]) == {OWNER, LABEL}
    assert (made["spec"]["suspend"], made["spec"]["backoffLimit"]) == (False, 0)
    assert made["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_manifest_of_the_definition_is_adapted(run: MigrationRun) -> None:
    spec = {"template": {"spec": {"containers": [container("registry.source.lab/shop/wait:1.0.0")]}}}
    manifest = make("batch/v1", "Job", "reaches", spec=spec)
    made = job_manifest(run, JobCheck(manifest=manifest))
    (one,) = made["spec"]["template"]["spec"]["containers"]
    assert one["image"] == "swr.eu-de.lab/shop/shop/wait:1.0.0"
    assert made["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "default-secret"}]


def test_another_exit_code_is_told_and_the_job_left_to_be_read(
    run: MigrationRun, cluster: WorkingCluster
) -> None:
    cluster.exit_code = 3
    assert JobProbe(run, CHECK).ask("target") == {"exit_code": 3}
    assert len(jobs(cluster)) == 1


def test_a_job_that_failed_before_is_run_again(run: MigrationRun, cluster: WorkingCluster) -> None:
    cluster.exit_code = 3
    JobProbe(run, CHECK).ask("target")
    cluster.exit_code = 0
    assert JobProbe(run, CHECK).ask("target") == {"exit_code": 0}
    assert cluster.made == 2


def test_a_job_that_a_killed_try_started_is_found_again(run: MigrationRun, cluster: WorkingCluster) -> None:
    cluster.create(job_manifest(run, CHECK))
    assert JobProbe(run, CHECK).ask("target") == {"exit_code": 0}
    assert cluster.made == 1


def test_a_job_that_does_not_end_in_time_is_removed(run: MigrationRun, cluster: WorkingCluster) -> None:
    cluster.exit_code = None
    with pytest.raises(NoAnswerError, match="it has no pod"):
        JobProbe(run, CHECK).ask("target")
    assert jobs(cluster) == []


def test_a_job_that_another_try_removed_is_started_by_the_next(
    run: MigrationRun, cluster: WorkingCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.exit_code = None
    monkeypatch.setattr(cluster, "find", lambda path: CRON_JOB if "cronjobs" in path else None)
    with pytest.raises(TemporaryError, match="was removed while it was waited for"):
        JobProbe(run, CHECK).ask("target")


def test_what_killed_tasks_left_running_is_removed_at_the_end(
    run: MigrationRun, cluster: WorkingCluster
) -> None:
    cluster.exit_code = None
    cluster.create(job_manifest(run, CHECK))
    assert remove_check_jobs(run) == 1
    assert jobs(cluster) == []


def test_a_cron_job_that_is_not_there_is_no_answer(run: MigrationRun) -> None:
    with pytest.raises(NoAnswerError, match="CronJob shop/other is not there"):
        JobProbe(run, JobCheck(cron_job="shop/other")).ask("target")
