"""The plan stays that of the present source, whatever is killed on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include import proposal
from include.approvals import Answer, Question, record_answer
from include.errors import PermanentError, PreflightError
from include.inventory import load_inventory
from include.planning import load_plan
from include.planning.digest import plan_digest
from include.planning.drift import noted_changes
from include.proposal import follow_source, propose, refuse_another_plan, refuse_changes
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, claim, deployment, make, pod
from tests.builders.proposals import retry_on, run_on, source, without_services

SETTINGS = make("v1", "ConfigMap", "settings", data={"mode": "a"})
ENDED = make("batch/v1", "Job", "once", spec={}, status={"completionTime": "2026-11-27T10:00:00Z"})


class Killed(BaseException):
    """End a task as a signal does."""


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    without_services(monkeypatch)


@pytest.fixture
def cluster() -> MemoryCluster:
    return source(deployment(), SETTINGS, ENDED)


@pytest.fixture
def run(tmp_path: Path, cluster: MemoryCluster) -> MigrationRun:
    made = run_on(tmp_path, cluster)
    propose(made)
    approve(made)
    return made


def approve(run: MigrationRun, question: str = "resource_planning.approve_plan") -> None:
    record_answer(
        run.ledger, Answer(question=question, approved=True, by="olga", plan=plan_digest(run.ledger))
    )


def put(cluster: MemoryCluster, obj: dict[str, Any]) -> None:
    cluster.objects[cluster.path_of(obj)] = obj


def remove(cluster: MemoryCluster, obj: dict[str, Any]) -> None:
    del cluster.objects[cluster.path_of(obj)]


def documents(run: MigrationRun) -> dict[str, tuple[int, bytes]]:
    files = [path for path in Path(str(run.ledger.folder)).rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def told(run: MigrationRun) -> list[str]:
    return [change.text() for change in noted_changes(run.ledger)]


def test_a_source_that_stayed_as_it_was_changes_no_document(run: MigrationRun) -> None:
    before = documents(run)
    assert follow_source(run)
    assert documents(run) == before


def test_what_controllers_write_changes_no_document_either(run: MigrationRun, cluster: MemoryCluster) -> None:
    before = documents(run)
    put(cluster, {**deployment(), "status": {"replicas": 2}})
    put(cluster, pod("web-1-a", owner="web-1"))
    assert follow_source(run)
    assert documents(run) == before


def test_a_plan_that_nobody_approved_is_made_again(tmp_path: Path, cluster: MemoryCluster) -> None:
    run = run_on(tmp_path, cluster)
    propose(run)
    assert not follow_source(run)
    assert told(run) == []


def test_a_changed_source_is_planned_again_with_what_changed(
    run: MigrationRun, cluster: MemoryCluster
) -> None:
    put(cluster, deployment(replicas=5))
    put(cluster, make("v1", "ConfigMap", "more", data={}))
    remove(cluster, SETTINGS)

    assert not follow_source(run)

    assert told(run) == [
        "new: ConfigMap shop/more",
        "gone: ConfigMap shop/settings",
        "changed: Deployment shop/web (spec.replicas: was 2, is 5)",
    ]
    keys = {row.key for row in load_plan(run.ledger).items("velero_backup_restore")}
    assert "configmaps/shop/more" in keys
    assert "configmaps/shop/settings" not in keys
    page = (Path(str(run.ledger.folder)) / "report.html").read_text()
    assert "What has changed on the source" in page

    approve(run, "resource_planning.approve_drift")
    assert follow_source(run)


def test_an_approval_holds_for_the_plan_it_was_given_for(run: MigrationRun, cluster: MemoryCluster) -> None:
    put(cluster, deployment(replicas=5))
    follow_source(run)
    approve(run, "resource_planning.approve_drift")
    put(cluster, deployment(replicas=6))
    assert not follow_source(run)
    assert told(run) == ["changed: Deployment shop/web (spec.replicas: was 5, is 6)"]
    assert len(run.ledger.list("approvals")) == 2


def test_nothing_of_what_is_gone_stays_behind(run: MigrationRun, cluster: MemoryCluster) -> None:
    assert any("jobs.batch" in item.key for item in run.ledger.items())
    remove(cluster, ENDED)
    remove(cluster, SETTINGS)
    follow_source(run)
    assert not any("jobs.batch" in item.key for item in run.ledger.items())
    kinds = {"inventory/deployments.apps", "inventory/namespaces"}
    assert set(run.ledger.list("inventory")) - {"inventory/usage"} == kinds
    assert load_inventory(run.ledger).objects("Job") == []


# Each a place where the task is killed: what is called there, and the module that calls it.
PLACES = ["note_changes", "save_inventory", "plan_migration", "assess_plan", "write_plan_page"]


def killed_before(name: str) -> Callable[..., Any]:
    def kill(*_: Any, **__: Any) -> None:
        raise Killed(name)

    return kill


@pytest.mark.parametrize("place", PLACES)
def test_a_try_that_is_killed_anywhere_is_asked_in_the_next(
    place: str, run: MigrationRun, cluster: MemoryCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cluster, deployment(replicas=5))
    remove(cluster, SETTINGS)
    expected = [
        "gone: ConfigMap shop/settings",
        "changed: Deployment shop/web (spec.replicas: was 2, is 5)",
    ]
    with monkeypatch.context() as once:
        once.setattr(proposal, place, killed_before(place))
        with pytest.raises(Killed):
            follow_source(run)

    retry = retry_on(tmp_path, cluster)
    assert not follow_source(retry)

    assert told(retry) == expected
    keys = {row.key for row in load_plan(retry.ledger).items("velero_backup_restore")}
    assert keys == {"deployments.apps/shop/web", "namespaces/shop", "namespaces/warehouse"}


def test_a_try_that_is_killed_between_two_documents_of_the_inventory_is_asked_in_the_next(
    run: MigrationRun, cluster: MemoryCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cluster, deployment(replicas=5))
    put(cluster, make("v1", "ConfigMap", "settings", data={"mode": "b"}))
    real = type(run.ledger).write

    def write(ledger: Any, name: str, document: Any) -> None:
        if name == "inventory/deployments.apps":
            raise Killed(name)
        real(ledger, name, document)

    with monkeypatch.context() as once:
        once.setattr(type(run.ledger), "write", write)
        with pytest.raises(Killed):
            follow_source(run)
    assert load_inventory(run.ledger).by_key["configmaps/shop/settings"]["data"] == {"mode": "b"}

    retry = retry_on(tmp_path, cluster)
    assert not follow_source(retry)
    assert told(retry) == [
        "changed: ConfigMap shop/settings (data.mode: changed)",
        "changed: Deployment shop/web (spec.replicas: was 2, is 5)",
    ]


def test_a_change_that_is_taken_back_before_the_retry_still_asks(
    run: MigrationRun, cluster: MemoryCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inventory is another than the one that was approved until it is read anew."""
    put(cluster, deployment(replicas=5))
    with monkeypatch.context() as once:
        once.setattr(proposal, "propose", killed_before("propose"))
        with pytest.raises(Killed):
            follow_source(run)
    assert not follow_source(retry_on(tmp_path, cluster))


def test_new_blockers_refuse_as_they_did_before(run: MigrationRun, cluster: MemoryCluster) -> None:
    put(cluster, claim(storage_class="nobody-mapped-this"))
    with pytest.raises(PreflightError, match="obstacles that block"):
        follow_source(run)
    with pytest.raises(PreflightError, match="obstacles that block"):
        follow_source(run)


def test_a_gone_database_is_an_error_and_no_question(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: MigrationRun) -> None:
        raise PreflightError(["database shop-orders is gone"])

    monkeypatch.setattr(proposal, "refuse_gone_data", gone)
    before = documents(run)
    with pytest.raises(PreflightError, match="shop-orders is gone"):
        follow_source(run)
    assert documents(run) == before


def test_a_source_that_changes_after_its_approval_is_refused_with_what_changed(
    run: MigrationRun, cluster: MemoryCluster
) -> None:
    before = documents(run)
    refuse_changes(run)
    put(cluster, deployment(replicas=5))
    with pytest.raises(PermanentError, match=r"web \(spec.replicas: was 2, is 5\).*trigger a new one"):
        refuse_changes(run)
    assert documents(run) == before


def test_a_plan_is_asked_for_only_under_its_own_text(run: MigrationRun) -> None:
    shown = Question(question="resource_planning.approve_drift", text="…", plan=plan_digest(run.ledger))
    refuse_another_plan(run, shown)
    with pytest.raises(PermanentError, match="the plan was made again"):
        refuse_another_plan(run, shown.model_copy(update={"plan": "aa" * 32}))
