"""Thousands of objects take no more memory than hundreds, and no request each where a list will do."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include import batches
from include.adaptation import adapt_objects, dry_run_objects
from include.adaptation.context import context_of
from include.adaptation.pipeline import adapt
from include.errors import LedgerError, ProofError
from include.inventory.store import load_inventory, open_inventory, save_inventory
from include.planning.model import Plan, load_plan, save_plan
from include.planning.object_rows import object_rows
from include.run import MigrationRun
from include.verification import target_objects, verify_objects
from tests.builders.large_runs import NAMESPACES, large_run, many_objects
from tests.builders.objects import MemoryCluster, deployment, inventory, make
from tests.builders.paged_server import PagedServer
from tests.builders.runs import run as lab_run

FEW, MANY = 100, 1000
HIDDEN = "/api/v1/namespaces/shop/configmaps/object-00004"


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the few, so that the batches weigh as much in both runs."""
    monkeypatch.setattr(batches, "BATCH", 20)
    monkeypatch.setattr(target_objects, "PAGE", 20)


def migrated(folder: Path, count: int, **options: Any) -> tuple[MigrationRun, PagedServer]:
    """Return a run, with a target that has all of its objects adapted."""
    run = large_run(folder, count)
    found = load_inventory(run.ledger)
    context = context_of(run, found)
    namespaces = [make("v1", "Namespace", name) for name in NAMESPACES]
    server = PagedServer(*namespaces, *[adapt(obj, context)[0] for obj in found.objects()], **options)
    run.__dict__["target"] = server.cluster
    return run, server


def peak_bytes(act: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("step", [adapt_objects, dry_run_objects, verify_objects])
def test_ten_times_the_objects_take_hardly_more_memory(
    step: Callable[[MigrationRun], int], tmp_path: Path
) -> None:
    peaks = []
    for count in (FEW, MANY):
        run, _ = migrated(tmp_path / str(count), count)
        adapt_objects(run)
        peaks.append(peak_bytes(lambda run=run: step(run)))  # type: ignore[misc]
    assert peaks[1] < 1.5 * peaks[0]


def test_objects_are_compared_by_a_list_for_each_page_of_a_kind_in_a_namespace(tmp_path: Path) -> None:
    run, server = migrated(tmp_path, MANY)
    assert verify_objects(run) == MANY
    assert all(proof.equal for proof in run.ledger.proofs("verification").values())
    collections = 2 * len(NAMESPACES)
    pages = math.ceil(MANY // collections / target_objects.PAGE)
    assert server.asked == {"list": collections * pages}


def test_each_object_is_tried_by_one_request(tmp_path: Path) -> None:
    run, server = migrated(tmp_path, FEW)
    adapt_objects(run)
    assert dry_run_objects(run) == FEW
    assert server.asked == {"dry run": FEW, "list": 1}


def test_an_object_that_a_list_does_not_show_is_asked_for_by_its_name(tmp_path: Path) -> None:
    run, server = migrated(tmp_path, FEW, hidden=frozenset({HIDDEN}))
    assert verify_objects(run) == FEW
    assert server.asked["get"] == 1


def test_what_is_missing_is_named_and_what_is_there_beside_does_not_matter(tmp_path: Path) -> None:
    wanted = [make("v1", "ConfigMap", name, data={}) for name in ("b", "d", "f")]
    others = [make("v1", "ConfigMap", name, data={}) for name in ("a", "c", "e", "g")]
    kept = inventory(*wanted, namespaces=["shop"], registries=[])
    run = lab_run(tmp_path)
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.__dict__["target"] = PagedServer(*others, wanted[0], wanted[2]).cluster
    with pytest.raises(ProofError) as caught:
        verify_objects(run)
    assert caught.value.problems == ["ConfigMap shop/d, target cluster: it is not there"]


def test_a_kind_that_the_target_does_not_serve_is_missing_and_asked_for_once(tmp_path: Path) -> None:
    kept = inventory(*[make("shop.lab/v1", "Campaign", f"c{number}", spec={}) for number in range(3)])
    run = lab_run(tmp_path)
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)))
    run.__dict__["target"] = target = MemoryCluster("target")
    target.unknown_kinds = {"Campaign"}
    asked: list[str] = []
    resource = target.resource
    target.resource = lambda version, kind: asked.append(kind) or resource(version, kind)  # type: ignore[method-assign,func-returns-value]
    with pytest.raises(ProofError) as caught:
        verify_objects(run)
    assert [problem.partition(", ")[0] for problem in caught.value.problems] == [
        f"Campaign shop/c{number}" for number in range(3)
    ]
    assert asked == ["Campaign"]


def test_an_opened_inventory_has_what_a_loaded_one_has(tmp_path: Path) -> None:
    ledger = large_run(tmp_path, FEW).ledger
    opened, loaded = open_inventory(ledger), load_inventory(ledger)
    assert opened.by_resource() == loaded.by_resource()
    assert list(opened.each("Deployment", "shop")) == loaded.objects("Deployment", "shop")
    assert (opened.namespaces, opened.cluster) == (loaded.namespaces, loaded.cluster)


def test_a_plan_in_another_order_than_the_inventory_is_followed_all_the_same(tmp_path: Path) -> None:
    run = lab_run(tmp_path)
    kept = inventory(*many_objects(6), namespaces=list(NAMESPACES), registries=[])
    save_inventory(run.ledger, kept)
    save_plan(run.ledger, Plan(items=object_rows(kept)[::-1]))
    assert adapt_objects(run) == 6


def test_a_plan_with_an_object_that_was_never_seen_is_refused(tmp_path: Path) -> None:
    run = large_run(tmp_path, 4)
    strange = inventory(deployment("strange"))
    save_plan(run.ledger, Plan(items=[*load_plan(run.ledger).rows, *object_rows(strange)]))
    with pytest.raises(LedgerError, match="Deployment shop/strange is in the plan, but not in the inventory"):
        adapt_objects(run)
