"""A large bucket is copied in pieces by several tasks, and comes out as one that was copied whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from include.definition.bandwidth import Bandwidth
from include.errors import PermanentError, ProofError
from include.ledger import Proof
from include.objects import census, jobs, ranges
from include.objects.copying import copy_bucket, copy_bucket_delta
from include.objects.handover import hand_over_buckets
from include.objects.jobs import BucketRecord
from include.objects.pieces import copy_piece
from include.objects.proving import prove_bucket
from include.objects.sharing import copy_shard, planned_pieces, shard_buckets
from include.objects.storage import Entry
from include.objects.transfer import BucketPair
from include.planning.model import Plan, PlanItem, load_plan, save_plan
from include.run import MigrationRun
from tests.builders.runs import plan_row
from tests.builders.runs import run as build_run
from tests.unit.objects.fake_store import FakeStore

KEY = "product-pictures"
KEYS = [f"folder/{number:02d}.jpg" for number in range(40)]
PIECES = 4


@pytest.fixture
def clock() -> list[int]:
    return [0]


@pytest.fixture
def source(clock: list[int]) -> FakeStore:
    store = FakeStore(clock)
    for key in KEYS:
        store.put_object("b", key, key.encode(), ContentType="image/jpeg")
    return store


@pytest.fixture
def target(clock: list[int]) -> FakeStore:
    return FakeStore(clock)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch, source: FakeStore, target: FakeStore) -> None:
    monkeypatch.setattr(ranges, "LEAST_WEIGHT", len(KEYS) // PIECES * ranges.BYTES_OF_A_REQUEST)
    monkeypatch.setattr(ranges, "FIRST_DISTANCE", 2 * ranges.BYTES_OF_A_REQUEST)
    monkeypatch.setattr(census, "open_storage", lambda _: source)
    sides = {"us-east-1": source, "eu-de": target}
    monkeypatch.setattr(jobs, "open_client", lambda access: sides[access.region])


@pytest.fixture
def run(tmp_path: Path) -> MigrationRun:
    return planned(tmp_path / "pieces")


def planned(folder: Path, *, whole: bool = False) -> MigrationRun:
    run = build_run(folder)
    bucket = run.definition.buckets[0]
    (pieces,) = planned_pieces([(bucket, census.known_census(run, bucket))])
    details = {"name": KEY, "pieces": [] if whole else pieces}
    save_plan(run.ledger, Plan.model_validate({"items": [plan_row(KEY, "obs_sync", details=details)]}))
    return run


def planned_ranges(run: MigrationRun) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load_plan(run.ledger).items()[0].details["pieces"]
    return found


def copy_all(run: MigrationRun) -> None:
    for number in range(1, PIECES + 1):
        copy_piece(run, KEY, number)


def record_of(run: MigrationRun) -> BucketRecord:
    found = jobs.open_job(run, KEY).read_record()
    assert found is not None
    return found


def test_pieces_are_of_about_equal_weight(run: MigrationRun) -> None:
    found = [ranges.KeyRange.model_validate(row) for row in planned_ranges(run)]

    assert [sum(one.holds(key) for key in KEYS) for one in found] == [10] * PIECES
    assert (found[0].after, found[-1].upto) == ("", None)


def test_a_bucket_in_pieces_is_recorded_and_proved_as_one_that_was_copied_whole(
    run: MigrationRun, source: FakeStore, target: FakeStore, tmp_path: Path
) -> None:
    copy_all(run)
    proof = prove_bucket(run, KEY)
    in_pieces = record_of(run)
    target.objects.clear()
    whole = planned(tmp_path / "whole", whole=True)
    copy_bucket(whole, KEY)

    assert facts(in_pieces) == facts(record_of(whole))
    assert sides(proof) == sides(prove_bucket(whole, KEY))
    items = [one.ledger.item("obs_sync", KEY) for one in (run, whole)]
    assert {(item.action, item.bytes) for item in items if item} == {
        ("copied", sum(len(key) for key in KEYS))
    }


def facts(record: BucketRecord) -> tuple[object, ...]:
    return record.objects, record.bytes, record.newest, record.digest, record.final


def sides(proof: Proof) -> tuple[object, ...]:
    return proof.source, proof.target, proof.equal


def test_the_proof_of_the_bucket_asks_for_no_object_that_its_pieces_have_proved(
    run: MigrationRun, source: FakeStore, target: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_all(run)
    asked: list[str] = []
    real = target.head_object

    def head(Bucket: str, Key: str) -> dict[str, Any]:  # ruff: ignore[invalid-argument-name]
        asked.append(Key)
        return real(Bucket, Key)

    monkeypatch.setattr(target, "head_object", head)

    assert "were not asked for again" in prove_bucket(run, KEY).method
    # the youngest three of each piece and side may have changed within their second
    assert len(asked) <= PIECES * 6 < len(KEYS)


def test_a_piece_touches_its_own_keys_alone(run: MigrationRun, source: FakeStore, target: FakeStore) -> None:
    target.uploads = [{"Key": KEYS[12], "UploadId": "1"}, {"Key": KEYS[30], "UploadId": "2"}]
    copy_piece(run, KEY, 2)

    assert sorted(target.objects) == KEYS[10:20]
    assert target.uploads == [{"Key": KEYS[30], "UploadId": "2"}]
    assert run.ledger.item("obs_sync", KEY) is None


def test_a_missing_piece_fails_the_proof_by_name(run: MigrationRun) -> None:
    for number in (1, 2, 4):
        copy_piece(run, KEY, number)

    with pytest.raises(PermanentError, match=r"product-pictures, piece 3 of 4: was not copied in this run"):
        prove_bucket(run, KEY)


def test_a_killed_piece_goes_on_with_what_is_missing(
    run: MigrationRun, target: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = BucketPair.copy, []

    def copy(pair: BucketPair, entry: Entry) -> Any:
        if len(seen) == 6:
            raise KeyboardInterrupt
        seen.append(entry.key)
        return real(pair, entry)

    with monkeypatch.context() as patch:
        patch.setattr(BucketPair, "copy", copy)
        patch.setattr("include.objects.copy_pass.THREADS", 1)
        with pytest.raises(KeyboardInterrupt):
            copy_piece(run, KEY, 1)
    written = dict(target.objects)
    copy_all(run)

    assert written
    assert all(target.objects[key] == one for key, one in written.items())
    assert prove_bucket(run, KEY).source["objects"] == len(KEYS)


def test_what_was_written_between_two_pieces_is_left_to_the_delta_and_nothing_else(
    run: MigrationRun, source: FakeStore, target: FakeStore
) -> None:
    copy_piece(run, KEY, 1)
    source.put_object("b", KEYS[3], b"newer")
    for number in (2, 3, 4):
        source.put_object("b", f"folder/{number}9.jpg", b"new")
        copy_piece(run, KEY, number)

    assert "1 changed since and are left to the delta" in prove_bucket(run, KEY).method
    del source.objects[KEYS[0]]
    assert copy_bucket_delta(run, KEY) == {"objects": 1, "bytes": 5, "removed": 1}
    assert prove_bucket(run, KEY).equal
    assert set(target.objects) == set(source.objects)


def test_pieces_that_are_copied_again_do_not_undo_the_delta(run: MigrationRun, source: FakeStore) -> None:
    copy_all(run)
    copy_bucket_delta(run, KEY)

    prove_bucket(run, KEY)

    assert record_of(run).final


def test_a_piece_that_differs_afterwards_fails_the_bucket_and_is_repaired(
    run: MigrationRun, target: FakeStore
) -> None:
    copy_all(run)
    target.put_object("b", KEYS[15], b"somebody else's")
    with pytest.raises(ProofError, match="15"):
        prove_bucket(run, KEY)

    assert copy_piece(run, KEY, 2) == "copied"
    assert prove_bucket(run, KEY).equal


def test_a_target_in_use_is_looked_at_once_and_left_alone(
    run: MigrationRun, target: FakeStore, tmp_path: Path
) -> None:
    copy_bucket_delta(run, KEY)
    hand_over_buckets(run)
    later = planned(tmp_path / "later")
    del target.objects[KEYS[0]]

    copy_all(later)

    assert prove_bucket(later, KEY).equal
    assert KEYS[0] not in target.objects


def test_shards_name_the_pieces_and_carry_out_all_of_them(run: MigrationRun, target: FakeStore) -> None:
    shards = shard_buckets(run)

    assert [shard["name"] for shard in shards] == [f"{KEY}, piece {number} of 4" for number in range(1, 5)]
    assert [(shard["keys"], shard["pieces"]) for shard in shards] == [
        ([KEY], {KEY: [number]}) for number in range(1, 5)
    ]
    for shard in shards:
        copy_shard(run, shard)
    assert sorted(target.objects) == KEYS


@pytest.mark.parametrize("of_bucket", [{"bandwidth": Bandwidth(limit="1MB/s")}, {"copy_with": "oms"}])
def test_what_one_task_has_to_hold_together_is_not_cut(tmp_path: Path, of_bucket: dict[str, Any]) -> None:
    run = planned(tmp_path)
    bucket = run.definition.buckets[0]
    known = census.known_census(run, bucket)

    assert len(planned_pieces([(bucket, known)])[0]) == PIECES
    assert planned_pieces([(bucket.model_copy(update=of_bucket), known)]) == [[]]


def test_a_store_with_an_order_of_its_own_is_not_cut(tmp_path: Path, source: FakeStore) -> None:
    run = build_run(tmp_path)
    bucket = run.definition.buckets[0]
    source.paginate = lambda **_: [  # type: ignore[method-assign]
        {"Contents": [source._row(key) for key in reversed(KEYS)]}
    ]

    assert planned_pieces([(bucket, census.known_census(run, bucket))]) == [[]]


def test_a_target_with_an_order_of_its_own_is_listed_whole(
    run: MigrationRun, target: FakeStore, caplog: pytest.LogCaptureFixture
) -> None:
    copy_all(run)
    target.paginate = lambda **_: [  # type: ignore[method-assign]
        {"Contents": [target._row(key) for key in reversed(KEYS)]}
    ]

    assert copy_piece(run, KEY, 2) == "already_equal"
    assert "an order of its own" in caplog.text


@pytest.mark.parametrize(
    ("weights", "counts"),
    [
        ([1], [1]),
        ([16_000], [16]),
        ([8_000, 8_000], [8, 8]),
        ([15_000, 10, 10, 10], [15, 1, 1, 1]),
        ([3] * 40, [1] * 40),
    ],
)
def test_pieces_are_shared_out_by_weight(
    monkeypatch: pytest.MonkeyPatch, weights: list[int], counts: list[int]
) -> None:
    monkeypatch.setattr(ranges, "LEAST_WEIGHT", 5)
    assert ranges.piece_counts(weights, 16) == counts


def test_marks_of_a_long_stream_stay_few_and_cut_it_evenly() -> None:
    marks = ranges.Marks()
    noon = datetime(2026, 11, 24, tzinfo=UTC)
    for number in range(100_000):
        marks.take(Entry(f"one-prefix/{number:09d}", 8192, "x", noon))

    found = ranges.cut(marks.known(), marks.weight, 16)

    assert len(marks.known()) <= ranges.MOST_MARKS
    sizes = [int(one.upto[-9:]) - int(one.after[-9:] or 0) for one in found if one.upto]
    assert len(found) == 16
    assert max(sizes) < 1.5 * min(sizes)


def test_every_key_lies_in_exactly_one_piece() -> None:
    marks = [ranges.Mark(key=key, weight=number) for number, key in enumerate("bdfh", start=1)]
    found = ranges.cut(marks, 4, 3)
    for key in ("a", "b", "ba", "d", "h", "zz", "ü", "\U0001f600"):
        assert sum(one.holds(key) for one in found) == 1


def row(name: str, seconds: float, pieces: int) -> PlanItem:
    details = {"name": name, "pieces": [{"after": "", "upto": None}] * pieces}
    return PlanItem.model_validate(plan_row(name, details=details, predicted_seconds=seconds))


Make = Callable[[], list[PlanItem]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: [row("huge", 16_000.0, 16), *(row(f"small-{number}", 5.0, 0) for number in range(30))],
        lambda: [row("a", 900.0, 8), row("b", 800.0, 7), row("c", 100.0, 0)],
    ],
)
def test_no_plan_makes_more_than_sixteen_tasks(tmp_path: Path, make: Make) -> None:
    run = build_run(tmp_path)
    rows = make()
    save_plan(run.ledger, Plan(items=rows))

    shards = shard_buckets(run)

    assert len(shards) <= 16
    pieces = [
        (key, number) for shard in shards for key in shard["keys"] for number in shard["pieces"].get(key, [0])
    ]
    assert sorted(pieces) == sorted(
        (one.key, number)
        for one in rows
        for number in (range(1, len(one.details["pieces"]) + 1) if one.details["pieces"] else [0])
    )
