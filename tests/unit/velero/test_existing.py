"""What is on the target already is only changed when a restore has made it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from include.planning.model import PlanItem
from include.velero.existing import present_objects, restorable, restored_before
from tests.builders.objects import MemoryCluster, claim, make

from .test_filters import row

UPLOADS = row("persistentvolumeclaims", "uploads")
ROWS = [UPLOADS, row("persistentvolumeclaims", "new"), row("deployments.apps", "uploads")]
RESTORED = {"labels": {"velero.io/restore-name": "lab-1"}}


def left_to_restore(target: Any, rows: list[PlanItem]) -> list[PlanItem]:
    return restorable(rows, present_objects(target, rows))


def test_claims_that_are_there_are_left_out_of_a_restore() -> None:
    target = MemoryCluster("target", claim("uploads"))
    assert [one.details["name"] for one in left_to_restore(target, ROWS)] == ["new", "uploads"]
    assert UPLOADS not in left_to_restore(target, ROWS)


def test_into_an_empty_cluster_everything_is_restored() -> None:
    assert left_to_restore(MemoryCluster("target"), ROWS) == ROWS


def test_what_a_former_restore_made_is_restored_again() -> None:
    target = MemoryCluster("target", make("v1", "ConfigMap", "settings", metadata=RESTORED))

    rows = [row("configmaps", "settings"), row("configmaps", "other")]
    assert left_to_restore(target, rows) == rows
    assert restored_before(rows, present_objects(target, rows)) == {rows[0].key}


def test_what_belongs_to_somebody_else_stays_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    target = MemoryCluster(
        "target",
        make("v1", "ConfigMap", "settings"),
        make("apiextensions.k8s.io/v1", "CustomResourceDefinition", "certificates.cert-manager.io"),
    )
    rows = [
        row("configmaps", "settings"),
        row("configmaps", "settings", namespace="warehouse"),
        row("customresourcedefinitions.apiextensions.k8s.io", "certificates.cert-manager.io", namespace=None),
    ]

    with caplog.at_level(logging.WARNING):
        assert left_to_restore(target, rows) == rows[1:2]

    assert caplog.text.count("was not made by a migration; it stays as it is") == 2
