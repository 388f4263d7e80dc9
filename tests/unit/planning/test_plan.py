from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from include.errors import LedgerError, PreflightError
from include.inventory import Finding
from include.inventory.store import save_inventory
from include.planning import Plan, PlanItem, load_plan, plan_summary, refuse_blockers
from include.planning.digest import plan_digest
from include.planning.fixed_rows import fixed_rows
from include.planning.model import save_plan
from include.planning.rates import predict_seconds
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import deployment, inventory
from tests.builders.runs import run as lab_run

BLOCKER = Finding("a_rule", "blocker", "Pod shop/a", "is bad", "make it good")
WARNING = Finding("a_rule", "warning", "Pod shop/b", "is odd", "look at it")


def row(key: str, phase: str = "swr_image_sync", kind: str = "image", **fields: object) -> PlanItem:
    known: dict[str, object] = {"source": f"from {key}", "target": f"to {key}", "action": "copy"}
    return PlanItem.model_validate({"key": key, "phase": phase, "kind": kind, **known, **fields})


PLAN = Plan(
    items=[
        row("a", bytes=310_000_000, predicted_seconds=6.7),
        row("b", bytes=310_000_000, predicted_seconds=6.7),
        row("x", phase="velero_backup_restore", kind="object"),
        row(
            "pods", phase="velero_backup_restore", kind="object", action="exclude",
            details={"resource": "pods", "reason": "made by its controller", "names": ["p1", "p2"]},
        ),
    ]
)  # fmt: skip


def planned_run(folder: Path, plan: Plan = PLAN) -> MigrationRun:
    run = lab_run(folder)
    save_inventory(run.ledger, inventory(deployment()))
    save_plan(run.ledger, plan)
    return run


def test_a_plan_reads_back_as_it_was_written(tmp_path: Path) -> None:
    ledger = lab_run(tmp_path).ledger
    save_plan(ledger, PLAN)
    assert load_plan(ledger) == PLAN
    assert [item["key"] for item in ledger.read("plan")["items"]] == ["a", "b", "x", "pods"]


def test_items_leave_out_what_is_excluded() -> None:
    assert [item.key for item in PLAN.items("velero_backup_restore")] == ["x"]
    assert [item.key for item in PLAN.excluded()] == ["pods"]


def test_an_unknown_item_and_a_missing_plan_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no item z in phase obs_sync"):
        PLAN.item("obs_sync", "z")
    with pytest.raises(LedgerError, match="no plan was made"):
        load_plan(lab_run(tmp_path).ledger)


def test_the_summary_tells_sizes_predictions_exclusions_and_findings(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    run.ledger.write("findings", {"findings": [WARNING.as_dict()]})
    text = plan_summary(run)
    assert "### What moves\n\n3 items, 620 MB, 13 s of work one after another\n" in text
    assert "| swr_image_sync | 2 images | 620 MB | 13 s |" in text
    assert "| 2 | pods | made by its controller |" in text
    assert "### Findings: 0 blockers, 1 warning, 0 hints" in text
    assert "- warning: Pod shop/b is odd; look at it" in text


def test_the_summary_says_of_how_many_volumes_the_claimed_size_counts(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    volumes = [
        row(name, "velero_backup_restore", "volume", details={"used": used})
        for name, used in (("a", 7), ("b", None), ("c", 0))
    ]
    save_plan(run.ledger, Plan(items=volumes))
    some = plan_summary(run)
    save_plan(run.ledger, Plan(items=volumes[:1]))

    assert "How full 1 of 3 volumes are is not known: there the claimed size counts." in some
    assert "How full" not in plan_summary(run)


def test_the_summary_leaves_out_what_a_phase_does_by_itself(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    handled = [
        Finding("b_rule", "info", f"Pod shop/{name}", "is small", "nothing to do", handled_by="adaptation")
        for name in "cd"
    ]
    alike = [replace(WARNING, object=f"Pod shop/{number}") for number in range(7)]
    run.ledger.write("findings", {"findings": [row.as_dict() for row in (*alike, *handled)]})

    text = plan_summary(run).partition("### Findings: 0 blockers, 7 warnings, 2 hints\n\n")[2]

    assert text.partition("\n\n")[0].splitlines() == [
        "- warning: Pod shop/0, Pod shop/1, Pod shop/2, Pod shop/3, Pod shop/4 and 2 more each is odd; look at it",
        "- info: 2 more are dealt with by adaptation",
    ]


def test_the_summary_tells_what_will_be_made_and_what_is_taken(tmp_path: Path) -> None:
    made, taken = {"provide": "make"}, {"provide": "take"}
    resources = [
        row("bucket/a", "resource_planning", "resource", action="prepare"),
        row("server/b", "resource_planning", "resource", action="prepare"),
        row(
            "instance/c", "resource_planning", "resource", action="prepare", details=taken,
            target="RDS for PostgreSQL, c: is there, 15, rds.pg.c2.large",
        ),
        row(
            "cluster/d", "resource_planning", "resource", action="prepare", details=made,
            target="cluster d: is made, CCE v1.34, cce.s2.small",
        ),
    ]  # fmt: skip
    text = plan_summary(planned_run(tmp_path, Plan(items=resources)))
    table = text.partition("### On the target: 4 resources, 1 of them will be made\n\n")[2].splitlines()
    assert table[2:6] == [
        "| cluster d | from cluster/d | will be made | CCE v1.34, cce.s2.small |",
        "| to bucket/a | from bucket/a | made if it is missing |  |",
        "| to server/b | from server/b |  |  |",
        "| RDS for PostgreSQL, c | from instance/c | exists, will be taken | 15, rds.pg.c2.large |",
    ]


def test_the_summary_takes_sizes_and_the_downtime_of_the_assessment(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    phases = [{"id": "velero_backup_restore", "bytes": 9_000_000_000, "seconds": 330.0}]
    advice = [{"area": "nodes", "item": "Nodes", "value": "7 nodes"}]
    prediction = {
        "phases": phases,
        "downtime": {"seconds": 45.0, "basis": "measured in the cutover of run a"},
    }
    run.ledger.write("assessment", {"prediction": prediction, "target": advice})
    text = plan_summary(run)
    assert "| velero_backup_restore | 1 object | 9 GB | 5 min 30 s |" in text
    assert "; **downtime 45 s** (measured in the cutover of run a), all of it predicted" in text
    assert "| nodes | Nodes: 7 nodes |" in text


def test_the_summary_leads_to_the_report_and_names_the_plan(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    text = plan_summary(run, "dags/x/runs/y/plugin/z")
    assert "[Open the whole plan](dags/x/runs/y/plugin/z)" in text
    assert f"Plan `{plan_digest(run.ledger)[:12]}`" in text
    assert "](" not in plan_summary(run)


def test_what_a_name_smuggles_in_is_no_markdown(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    odd = replace(WARNING, object="Pod shop/a", message="is [odd](http://x) | *very*")
    run.ledger.write("findings", {"findings": [odd.as_dict()]})
    assert r"is \[odd\](http://x) \| \*very\*" in plan_summary(run)


def test_a_plan_is_named_by_its_rows_and_the_inventory(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    first = plan_digest(run.ledger)
    assert plan_digest(planned_run(tmp_path).ledger) == first
    save_inventory(run.ledger, inventory(deployment(replicas=3)))
    other = plan_digest(run.ledger)
    save_plan(run.ledger, Plan(items=PLAN.rows[1:]))
    assert len({first, other, plan_digest(run.ledger)}) == 3


def test_the_summary_reads_findings_of_an_older_ledger(tmp_path: Path) -> None:
    run = planned_run(tmp_path)
    old = {name: value for name, value in WARNING.as_dict().items() if name not in {"why", "handled_by"}}
    run.ledger.write("findings", {"findings": [old]})
    assert "- warning: Pod shop/b is odd; look at it" in plan_summary(run)


def test_blockers_stop_the_migration_and_warnings_do_not() -> None:
    refuse_blockers([WARNING])
    with pytest.raises(PreflightError) as caught:
        refuse_blockers([WARNING, BLOCKER])
    assert caught.value.problems == ["Pod shop/a, source: is bad; make it good (rule a_rule)"]


def test_the_definition_alone_gives_velero_checks_and_the_front_door() -> None:
    rows = [(item.phase, item.kind) for item in fixed_rows(definition())]
    assert rows == [
        ("velero_install", "velero"),
        ("velero_install", "velero"),
        *[("verification", "check")] * 6,
        ("cutover", "endpoint"),
    ]


def test_predictions_grow_with_size() -> None:
    assert predict_seconds("image", 500_000_000) > predict_seconds("image", 5_000_000) > 0


def test_the_page_tells_what_stores_will_charge_for(tmp_path: Path) -> None:
    requests = {"source LIST": 12, "source GET": 2000, "source HEAD": 0, "target PUT": 2000}
    details = {"name": "pictures", "objects": 2000, "requests": requests}
    bucket = row("pictures", phase="obs_sync", kind="bucket", bytes=410_000_000, details=details)

    page = plan_summary(planned_run(tmp_path, Plan(items=[bucket])))

    assert "| pictures | 2,000 | 410 MB | 12 LIST, 2,000 GET | 2,000 PUT |" in page


def test_a_plan_of_an_earlier_version_has_no_requests(tmp_path: Path) -> None:
    bucket = row("pictures", phase="obs_sync", kind="bucket", details={"name": "pictures", "objects": 2})
    assert "Requests" not in plan_summary(planned_run(tmp_path, Plan(items=[bucket])))
