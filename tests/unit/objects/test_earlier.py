"""What the last run has proved is not asked for again as long as both sides list it as they did then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from include.errors import ProofError
from include.ledger import Ledger
from include.objects import jobs
from include.objects.census import Census, _document
from include.objects.copying import copy_bucket
from include.objects.proving import prove_bucket
from include.objects.transfer import BucketPair
from include.planning.model import Plan, save_plan
from include.run import MigrationRun
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.objects.fake_store import FakeStore

KEY = "product-pictures"
COUNT = 9


class Asked(FakeStore):
    """Remember whose headers were asked for."""

    def __init__(self, clock: list[int]) -> None:
        super().__init__(clock)
        self.asked: list[str] = []
        self.source = FakeStore(clock)

    def head_object(self, Bucket: str, Key: str, **fields: object) -> dict[str, object]:  # ruff: ignore[invalid-argument-name]
        self.asked.append(Key)
        return super().head_object(Bucket, Key, **fields)


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Asked:
    clock = [0]
    target = Asked(clock)
    sides = {"us-east-1": target.source, "eu-de": target}
    monkeypatch.setattr(jobs, "open_client", lambda access: sides[access.region])
    for number in range(COUNT):
        target.source.put_object("b", f"{number}", b"x")
    return target


def proved_run(folder: Path, *, tagged: float = 0.0, **of_row: str) -> MigrationRun:
    """Return a run that has copied and proved its bucket."""
    run = opened(build_run(folder), tagged=tagged, **of_row)
    copy_bucket(run, KEY)
    prove_bucket(run, KEY)
    return run


def later_run(first: MigrationRun, *, tagged: float | None = 0.0, **of_row: str) -> MigrationRun:
    """Return another run of the same migration, which has copied what differs."""
    ledger = Ledger(first.ledger.folder.parent.parent, first.ledger.migration, "second")
    run = opened(replace(first, ledger=ledger), tagged=tagged, **of_row)
    copy_bucket(run, KEY)
    return run


def opened(run: MigrationRun, *, tagged: float | None, **of_row: str) -> MigrationRun:
    row = plan_row(KEY, "obs_sync", details={"name": KEY}, **of_row)
    save_plan(run.ledger, Plan.model_validate({"items": [row]}))
    if tagged is not None:
        census = Census(objects=COUNT, bytes=COUNT, in_parts=0, parts=0, tagged=tagged)
        run.ledger.write(_document(run.definition.buckets[0]), census)
    return run


def test_a_later_run_asks_for_nothing_again(target: Asked, tmp_path: Path) -> None:
    run = later_run(proved_run(tmp_path))
    target.asked.clear()

    proof = prove_bucket(run, KEY)

    assert proof.equal
    assert target.asked == []
    assert f"{COUNT} have the dates on both sides" in proof.method


def test_what_was_written_just_before_its_listing_is_asked_for_again(target: Asked, tmp_path: Path) -> None:
    for store in (target, target.source):
        store.begins = datetime.now(UTC)
    target.source.put_object("b", "young", b"x")
    run = later_run(proved_run(tmp_path))
    target.asked.clear()
    prove_bucket(run, KEY)
    assert "young" in target.asked


def test_contents_that_listings_cannot_compare_are_not_read_by_a_later_run(
    target: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.source.objects["0"]["etag"] = "other-1"
    monkeypatch.setattr(BucketPair, "_copy_in_parts", BucketPair._copy_whole)
    first = proved_run(tmp_path)
    monkeypatch.setattr(BucketPair, "source_hash", None)

    run = later_run(first)
    assert prove_bucket(run, KEY).equal
    item = run.ledger.item("obs_sync", KEY)
    assert item is not None
    assert item.action == "already_equal"


def test_a_third_run_knows_what_the_second_took_over(target: Asked, tmp_path: Path) -> None:
    first = proved_run(tmp_path)
    prove_bucket(later_run(first), KEY)
    target.asked.clear()
    third = replace(first, ledger=Ledger(first.ledger.folder.parent.parent, first.ledger.migration, "third"))
    prove_bucket(_copied(opened(third, tagged=0.0)), KEY)
    assert "0" not in target.asked


def test_what_changed_on_the_target_since_is_found(target: Asked, tmp_path: Path) -> None:
    run = later_run(proved_run(tmp_path))
    target.put_object("b", "0", b"x", ContentType="text/plain")
    with pytest.raises(ProofError, match=r"1 objects differ \(0\)"):
        prove_bucket(run, KEY)


@pytest.mark.parametrize("tagged", [0.01, None])
def test_tags_change_without_a_date_so_everything_is_asked_for_where_there_may_be_any(
    target: Asked, tmp_path: Path, tagged: float | None
) -> None:
    run = later_run(proved_run(tmp_path), tagged=tagged)
    target.asked.clear()
    prove_bucket(run, KEY)
    assert set(target.asked) == {str(number) for number in range(COUNT)}


def test_proofs_of_another_bucket_do_not_count(target: Asked, tmp_path: Path) -> None:
    run = later_run(proved_run(tmp_path), source="another bucket")
    target.asked.clear()
    prove_bucket(run, KEY)
    assert len(target.asked) == COUNT


def _copied(run: MigrationRun) -> MigrationRun:
    copy_bucket(run, KEY)
    return run
