"""What is told of a job of DRS, and how it is named, without a cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from include.databases.jobs import DatabaseJob
from include.databases.managed.ending import failure_of
from include.databases.managed.job import TransferJob
from include.definition.managed import DrsTransfer
from include.errors import EngineRefusedError, TemporaryError
from tests.builders.definitions import definition, with_services
from tests.builders.runs import run as build_run


class FakeJobs:
    """A cloud that is only named."""

    class cloud:  # ruff: ignore[invalid-class-name]
        class access:  # ruff: ignore[invalid-class-name]
            place = "connection huawei_cloud, Huawei Cloud eu-de"


def transfer(folder: Path, instance: str = "one", name: str = "shop-orders") -> TransferJob:
    def change(document: dict[str, Any]) -> None:
        with_services(document)
        document["databases"][0]["name"] = name
        document["checks"] = []

    run = build_run(folder, definition=definition(change))
    job = DatabaseJob(run, cast("Any", None), run.definition.databases[0], cast("Any", None))
    return TransferJob(job, cast("Any", FakeJobs()), DrsTransfer(subnet="subnet-1"), instance)


def test_a_job_is_named_alike_for_the_same_database_and_instance(tmp_path: Path) -> None:
    first = transfer(tmp_path).name
    assert transfer(tmp_path).name == first
    assert transfer(tmp_path, "two").name != first
    long = transfer(tmp_path, name="x" * 63).name
    assert len(long) <= 50


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("DRS.M01501 could not connect to server: Connection timed out", TemporaryError),
        ("", TemporaryError),
        ("DRS.M01501 ERROR: permission denied to create extension", EngineRefusedError),
        ("DRS.M01501 ERROR: type geometry does not exist", EngineRefusedError),
    ],
)
def test_a_failure_is_told_in_the_services_words_and_tried_again_when_it_may_pass(
    tmp_path: Path, words: str, kind: type[Exception]
) -> None:
    error = failure_of(transfer(tmp_path), "FULL_TRANSFER_FAILED", words)
    assert isinstance(error, kind)
    assert (words or "gives no reason") in str(error)
    assert "DRS job cce-shop-orders-" in str(error)
