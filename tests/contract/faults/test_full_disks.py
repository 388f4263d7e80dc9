"""The target's disk is full for real: each server is named with what to do, and with room the next try ends equal."""

from __future__ import annotations

import pytest
import stamina

from include.errors import MigrationError, PermanentError, TemporaryError
from tests.builders.moves import SmallMove
from tests.contract.faults.conftest import KINDS, Sides

# Enough for a part of what is to arrive.
MEGABYTES = {"postgresql": 14, "mariadb": 8, "bucket": 10, "image": 10}
# Stores and registries only say that they fail: they are asked again, as after any failure of theirs.
ERRORS = {
    "postgresql": (PermanentError, "No space left|wrote only .*; enlarge the disk that is full"),
    "mariadb": (PermanentError, "is full.*; enlarge the disk that is full"),
    "bucket": (TemporaryError, "itself fails: look at its state, and whether its disk is full"),
    "image": (TemporaryError, "whether (its|the target's) storage is full"),
}


@pytest.mark.parametrize("kind", KINDS, indirect=True)
def test_a_full_disk_is_named_and_once_there_is_room_a_next_try_ends_equal(
    move: SmallMove, sides: Sides
) -> None:
    sides.leave_room(MEGABYTES[move.kind])
    kind, words = ERRORS[move.kind]
    with pytest.raises(kind, match=words) as told:
        move.copy()
    assert address_of(sides) in str(told.value)
    with pytest.raises(MigrationError):
        move.prove()
    sides.repair()
    copy_as_a_task_does(move)
    move.prove()


def copy_as_a_task_does(move: SmallMove) -> None:
    """Try again what is temporary: a store may take a while to notice that there is room."""
    for attempt in stamina.retry_context(on=TemporaryError, attempts=10, timeout=120, wait_initial=2):
        with attempt:
            move.copy()


def address_of(sides: Sides) -> str:
    document = sides.target.document
    return str(document.get("port") or document.get("host") or document["extra"]["endpoint_url"])
