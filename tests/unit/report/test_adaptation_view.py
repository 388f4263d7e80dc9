"""The report shows each changed object with the rule that made each line."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.adaptation import adapt_objects
from include.inventory.secrecy import hide_secret
from include.inventory.store import save_inventory
from include.planning.model import Plan, save_plan
from include.planning.object_rows import object_rows
from include.report import write_report
from include.report.adaptation_view import view_adaptation
from include.report.rows import join_rows
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import claim, container, deployment, inventory, make
from tests.builders.runs import run as lab_run

RULE = {
    "name": "team-label",
    "reason": "Billing goes by the label team.",
    "selector": {"kind": "Deployment"},
    "patch": [{"op": "add", "path": "/metadata/labels/team", "value": "<web>"}],
}


@pytest.fixture
def finished(tmp_path: Path) -> MigrationRun:
    run = lab_run(
        tmp_path, definition=definition(lambda document: document.update(adaptation={"rules": [RULE]}))
    )
    secret = hide_secret(make("v1", "Secret", "db", data={"p": "aHVudGVyMg=="}), [], b"key")
    web = deployment(
        containers=[container(env=[{"name": "DB", "value": "postgres://u:hunter2@pg.source.lab"}])]
    )
    kept = inventory(web, claim(), secret, make("v1", "ConfigMap", "plain", data={"a": "b"}), registries=[])
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.ledger.write("definition", run.definition.model_dump(mode="json", by_alias=True))
    adapt_objects(run)
    return run


def test_objects_show_their_changes_and_rules_their_reasons(finished: MigrationRun) -> None:
    view = view_adaptation(finished.ledger, join_rows(finished.ledger, "migration"))

    assert [one.name for one in view.objects] == ["Deployment shop/web", "PersistentVolumeClaim shop/uploads"]
    assert ("team-label", RULE["reason"], 1) in view.rules
    sizes = [line for line in view.objects[1].lines if line.path.endswith("storage")]
    assert [(line.rule, line.before, line.after) for line in sizes] == [("claims", "1Gi", "10Gi")]


def test_the_page_shows_both_sides_and_no_secret(finished: MigrationRun, tmp_path: Path) -> None:
    write_report(finished.ledger, "migration", "succeeded")
    page = (Path(str(finished.ledger.folder)) / "report.html").read_text(encoding="utf-8")

    for text in ("What the adaptation changed", "<del>1Gi</del><ins>10Gi</ins>", "<ins>&lt;web&gt;</ins>"):
        assert text in page
    assert "hunter2" not in page
    for path in tmp_path.rglob("adaptation/*.json"):
        assert "aHVudGVyMg" not in path.read_text()


def test_a_run_that_adapted_nothing_has_no_such_section(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    write_report(run.ledger, "migration", "failed")
    assert "What the adaptation changed" not in (Path(str(run.ledger.folder)) / "report.html").read_text()
