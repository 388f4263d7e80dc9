"""A migration that is run once more moves nothing, makes nothing and loses nothing. `make release-test` runs it."""

from __future__ import annotations

import pytest
from huaweicloudsdkcce.v3 import ListClustersRequest

from lab.estate.audit import audit
from tests import orders

from .conftest import Outcome
from .provided import MADE, ORGANIZATION, provided

pytestmark = pytest.mark.lab


def test_a_second_run_finds_everything_already_equal(second_migration: Outcome) -> None:
    assert second_migration.exit_code == 0, second_migration.output[-4000:]
    report = second_migration.report
    assert report["result"] == "succeeded"
    copied = [item["source"] for item in report["items"] if item["action"] in {"copied", "failed"}]
    assert copied == []


def test_a_second_run_takes_the_target_that_is_there(second_migration: Outcome) -> None:
    taken = {*MADE, ORGANIZATION} - {"node pool general-eu-de-01", "node pool general-eu-de-02"}
    assert provided(second_migration) == dict.fromkeys(taken, "already_equal")
    assert len(orders.lab_service("cce").list_clusters(ListClustersRequest()).items) == 1
    assert second_migration.documents("provisioning") == {}


def test_a_second_run_leaves_what_was_written_on_the_target(second_migration: Outcome) -> None:
    assert second_migration.exit_code == 0
    result = audit("target")
    assert result.lost == []
    assert result.doubled == []
