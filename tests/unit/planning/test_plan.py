from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from include.errors import LedgerError, PreflightError
from include.inventory import Finding
from include.planning import Plan, PlanItem, load_plan, plan_summary, refuse_blockers
from include.planning.fixed_rows import fixed_rows
from include.planning.model import save_plan
from include.planning.rates import predict_seconds
from tests.builders.definitions import definition
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
    run = lab_run(tmp_path)
    save_plan(run.ledger, PLAN)
    run.ledger.write("findings", {"findings": [WARNING.as_dict()]})
    text = plan_summary(run)
    assert "| swr_image_sync | 2 images | 620 MB | 13 s |" in text
    assert "- 2 pods: made by its controller" in text
    assert "- warning: Pod shop/b is odd; look at it" in text


def test_the_summary_says_of_how_many_volumes_the_claimed_size_counts(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
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
    run = lab_run(tmp_path)
    save_plan(run.ledger, PLAN)
    handled = [
        Finding("b_rule", "info", f"Pod shop/{name}", "is small", "nothing to do", handled_by="adaptation")
        for name in "cd"
    ]
    alike = [replace(WARNING, object=f"Pod shop/{number}") for number in range(7)]
    run.ledger.write("findings", {"findings": [row.as_dict() for row in (*alike, *handled)]})

    lines = plan_summary(run).partition("**Findings**\n")[2].splitlines()

    assert lines == [
        "- warning: Pod shop/0, Pod shop/1, Pod shop/2, Pod shop/3, Pod shop/4 and 2 more each is odd; look at it",
        "- info: 2 more are dealt with by adaptation",
    ]


def test_the_summary_reads_findings_of_an_older_ledger(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    save_plan(run.ledger, PLAN)
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
        ("verification", "check"),
        ("verification", "check"),
        ("verification", "check"),
        ("cutover", "endpoint"),
    ]


def test_predictions_grow_with_size() -> None:
    assert predict_seconds("image", 500_000_000) > predict_seconds("image", 5_000_000) > 0
