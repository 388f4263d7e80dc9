"""What was done in a target bucket since the switch is done in its source when the cutover is undone, on real stores."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from include.errors import PermanentError
from include.objects import (
    bring_back_buckets,
    copy_bucket,
    copy_bucket_delta,
    find_written_buckets,
    hand_over_buckets,
    renew_handovers,
    take_back_buckets,
)
from include.planning.model import load_plan, save_plan
from include.planning.storage_client import open_storage
from include.run import MigrationRun
from tests.builders.moves import KEY, SmallMove
from tests.contract.faults.conftest import Sides, made_move

PROOF = f"bucket/{KEY}"


@dataclass(frozen=True)
class Switched:
    """A bucket whose customers are on the target."""

    move: SmallMove
    run: MigrationRun

    def client(self, side: str) -> Any:
        return open_storage(self.run.connections.object_storage(self.move.sides[side]))

    def bucket(self, side: str) -> str:
        return self.move.name if side == "source" else f"{self.move.name}-target"

    def put(self, side: str, key: str, body: bytes, **carried: Any) -> None:
        self.client(side).put_object(Bucket=self.bucket(side), Key=key, Body=body, **carried)

    def delete(self, side: str, key: str) -> None:
        self.client(side).delete_object(Bucket=self.bucket(side), Key=key)

    def get(self, side: str, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client(side).get_object(Bucket=self.bucket(side), Key=key)
        return found

    def keys(self, side: str) -> set[str]:
        rows = self.client(side).list_objects_v2(Bucket=self.bucket(side))["Contents"]
        return {row["Key"] for row in rows if not row["Key"].startswith(".cce-migration")}


@pytest.fixture
def switched(sides: Sides, tmp_path: Path) -> Switched:
    move = made_move("bucket", sides, tmp_path)
    run = move.copy()
    copy_bucket_delta(run, KEY)
    move.prove()
    hand_over_buckets(run)
    return Switched(move, run)


pytestmark = pytest.mark.parametrize("kind", ["bucket"], indirect=True)


def test_new_changed_and_removed_objects_come_back_and_are_proved(switched: Switched) -> None:
    switched.put("target", "things/new", b"of a customer", Metadata={"by": "a customer"})
    switched.put("target", "things/001", b"changed", ContentType="text/plain")
    switched.delete("target", "things/002")
    assert find_written_buckets(switched.run) == []
    assert bring_back_buckets(switched.run) == []
    assert switched.keys("source") == switched.keys("target")
    assert "things/002" not in switched.keys("source")
    new = switched.get("source", "things/new")
    assert (new["Body"].read(), new["Metadata"]) == (b"of a customer", {"by": "a customer"})
    assert switched.get("source", "things/001")["Body"].read() == b"changed"
    item, proof = switched.run.ledger.item("roll_back", PROOF), switched.run.ledger.proofs("roll_back")[PROOF]
    assert item is not None
    assert (item.action, proof.equal, proof.source["objects"]) == ("copied", True, 10)


def test_a_bucket_that_was_not_written_to_is_equal_already_and_comes_back_twice(switched: Switched) -> None:
    for _ in range(2):
        assert bring_back_buckets(switched.run) == []
        item = switched.run.ledger.item("roll_back", PROOF)
        assert item is not None
        assert item.action == "already_equal"


def test_the_next_run_copies_only_what_the_source_did_since(switched: Switched, tmp_path: Path) -> None:
    switched.put("target", "things/new", b"of a customer")
    bring_back_buckets(switched.run)
    take_back_buckets(switched.run)
    later = switched.move.run("later")
    save_plan(later.ledger, load_plan(switched.run.ledger))
    assert copy_bucket(later, KEY) == "already_equal"
    switched.put("source", "things/newer", b"on the source again")
    assert copy_bucket_delta(later, KEY) == {"objects": 1, "bytes": 19, "removed": 0}


def test_a_way_back_that_was_given_up_begins_anew_with_all_that_the_source_then_has(
    switched: Switched,
) -> None:
    switched.put("target", "things/new", b"of a customer")
    bring_back_buckets(switched.run)
    assert renew_handovers(switched.run) == 1
    switched.delete("target", "things/new")
    switched.put("target", "things/other", b"another")
    assert find_written_buckets(switched.run) == []
    assert bring_back_buckets(switched.run) == []
    assert switched.keys("source") == switched.keys("target")


def test_objects_that_somebody_put_into_the_source_are_found(switched: Switched) -> None:
    switched.put("source", "things/strange", b"of nobody")
    assert "was written to since the target took over" in find_written_buckets(switched.run)[0]


def test_without_the_note_of_the_hand_over_nothing_is_removed_from_the_source(switched: Switched) -> None:
    before = switched.keys("source")
    client = switched.client("target")
    for row in client.list_objects_v2(Bucket=switched.bucket("target"))["Contents"]:
        switched.delete("target", row["Key"])
    with pytest.raises(PermanentError, match="has no note of this migration's hand-over"):
        bring_back_buckets(switched.run)
    assert switched.keys("source") == before


def test_a_store_that_does_not_answer_is_left_behind_when_the_customers_come_first(
    switched: Switched, sides: Sides
) -> None:
    switched.put("target", "things/new", b"of a customer")
    sides.target.kill()
    (left,) = bring_back_buckets(switched.run, leaves_behind=True)
    assert "what was written into the target since the switch stays there" in left
    sides.target.start()
    take_back_buckets(switched.run)
    later = switched.move.run("later")
    save_plan(later.ledger, load_plan(switched.run.ledger))
    switched.put("source", "things/on-the-source", b"since")
    with pytest.raises(PermanentError, match="the target took over"):
        copy_bucket(later, KEY)
    assert "things/new" in switched.keys("target")
