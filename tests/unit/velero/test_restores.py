from __future__ import annotations

from include.velero.restores import restorable
from tests.builders.objects import MemoryCluster, claim

from .test_filters import row

UPLOADS = row("persistentvolumeclaims", "uploads")
ROWS = [UPLOADS, row("persistentvolumeclaims", "new"), row("deployments.apps", "uploads")]


def test_claims_that_are_there_are_left_out_of_a_restore() -> None:
    target = MemoryCluster("target", claim("uploads"))
    assert [one.details["name"] for one in restorable(target, ROWS)] == ["new", "uploads"]
    assert UPLOADS not in restorable(target, ROWS)


def test_into_an_empty_cluster_everything_is_restored() -> None:
    assert restorable(MemoryCluster("target"), ROWS) == ROWS
