"""A thing is taken or ordered, once, however often and however badly it is tried."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from include.errors import (
    CloudQuotaError,
    CloudUnavailableError,
    NeverReadyError,
    PermanentError,
    PreflightError,
    ResourceFailedError,
)
from include.provisioning import Found, made_resources, provide, waiting
from include.run import MigrationRun
from tests.builders.resources import MemoryCloud, MemoryResource, resource_row

PHASE, KEY = "resource_planning", "cluster/shop-target"


class Killed(BaseException):
    """Be the end of the process."""


def raising(error: BaseException) -> Callable[[], Any]:
    def act() -> None:
        raise error

    return act


def made(run: MigrationRun) -> list[tuple[str, str | None]]:
    return [(one.label, one.id) for one in made_resources(run.ledger)]


def test_what_is_missing_is_ordered_waited_for_and_proved(run: MigrationRun, cloud: MemoryCloud) -> None:
    found = provide(run, resource_row(), MemoryResource(cloud))

    assert (found.id, found.state) == ("id-1", "Available")
    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert item.action == "copied"
    assert run.ledger.proofs(PHASE)[KEY].equal
    assert made(run) == [("cluster shop-target", "id-1")]


def test_what_fits_is_taken_and_nothing_is_ordered(run: MigrationRun, cloud: MemoryCloud) -> None:
    cloud.things["shop-target"] = Found("theirs", "Available", "")
    provide(run, resource_row(), MemoryResource(cloud))

    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert item.action == "already_equal"
    assert (cloud.orders, made(run)) == ([], [])


def test_every_misfit_of_what_is_there_is_told_at_once(run: MigrationRun, cloud: MemoryCloud) -> None:
    cloud.things["shop-target"] = Found("theirs", "Available", "")
    resource = MemoryResource(cloud, problems=["is too old; upgrade it", "is too small; scale it"])
    with pytest.raises(PreflightError) as caught:
        provide(run, resource_row(), resource)

    place = "cluster shop-target (connection huawei_cloud, Open Telekom Cloud eu-de)"
    assert caught.value.problems == [f"{place}: is too old; upgrade it", f"{place}: is too small; scale it"]
    assert run.ledger.item(PHASE, KEY) is None


def test_a_kill_between_order_and_record_costs_no_second_order(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(Killed):
        provide(run, resource_row(), MemoryResource(cloud, after_order=raising(Killed())))
    assert made(run) == [("cluster shop-target", None)]

    # Fitness was judged when it was ordered: what is not ready yet would look like a misfit.
    provide(run, resource_row(), MemoryResource(cloud, problems=["is not Available"]))

    assert cloud.orders == ["id-1"]
    assert made(run) == [("cluster shop-target", "id-1")]
    item = run.ledger.item(PHASE, KEY)
    assert item is not None
    assert item.action == "copied"


def test_a_kill_before_the_order_leaves_it_to_the_next_try(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(Killed):
        provide(run, resource_row(), MemoryResource(cloud, before_order=raising(Killed())))
    assert cloud.orders == []

    provide(run, resource_row(), MemoryResource(cloud))

    assert cloud.orders == ["id-1"]
    assert made(run) == [("cluster shop-target", "id-1")]


def test_of_two_tries_at_once_the_second_finds_what_the_first_ordered(
    run: MigrationRun, cloud: MemoryCloud
) -> None:
    second = MemoryResource(cloud, before_order=lambda: provide(run, resource_row(), MemoryResource(cloud)))
    provide(run, resource_row(), second)

    assert cloud.orders == ["id-1"]
    assert made(run) == [("cluster shop-target", "id-1")]


def test_a_second_try_that_the_quota_refuses_finds_what_the_first_ordered(
    run: MigrationRun, cloud: MemoryCloud
) -> None:
    def overtaken() -> None:
        provide(run, resource_row(), MemoryResource(cloud))
        raise CloudQuotaError("no more")

    provide(run, resource_row(), MemoryResource(cloud, before_order=overtaken))

    assert cloud.orders == ["id-1"]
    assert made(run) == [("cluster shop-target", "id-1")]


def test_what_somebody_else_made_meanwhile_is_judged_like_anything_found(
    run: MigrationRun, cloud: MemoryCloud
) -> None:
    def overtaken() -> None:
        cloud.things["shop-target"] = Found("theirs", "Available", "other-migration")

    resource = MemoryResource(cloud, before_order=overtaken, problems=["is too old; upgrade it"])
    with pytest.raises(PreflightError, match="too old"):
        provide(run, resource_row(), resource)

    assert cloud.orders == []


def test_a_refused_order_has_made_nothing(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(CloudQuotaError):
        provide(run, resource_row(), MemoryResource(cloud, before_order=raising(CloudQuotaError("no more"))))

    assert made(run) == []


def test_an_order_without_an_answer_may_have_made_something(run: MigrationRun, cloud: MemoryCloud) -> None:
    silent = MemoryResource(cloud, before_order=raising(CloudUnavailableError("no answer")))
    with pytest.raises(CloudUnavailableError):
        provide(run, resource_row(), silent)

    assert made(run) == [("cluster shop-target", None)]


def test_a_lost_answer_is_no_lost_order(run: MigrationRun, cloud: MemoryCloud) -> None:
    provide(
        run,
        resource_row(),
        MemoryResource(cloud, after_order=raising(CloudUnavailableError("answer lost"))),
    )

    assert made(run) == [("cluster shop-target", "id-1")]


def test_without_tags_the_intent_says_whose_it_is(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(Killed):
        provide(run, resource_row(), MemoryResource(cloud, owner=None, after_order=raising(Killed())))
    provide(run, resource_row(), MemoryResource(cloud, owner=None))

    assert made(run) == [("cluster shop-target", "id-1")]


def test_a_failed_one_is_listed_as_made(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(ResourceFailedError) as caught:
        provide(run, resource_row(), MemoryResource(cloud, states=["Creating", "Error"]))

    assert caught.value.resource == KEY
    assert made(run) == [("cluster shop-target", "id-1")]
    assert run.ledger.item(PHASE, KEY) is None


def test_one_that_never_arrives_is_given_up_with_what_was_seen(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(NeverReadyError, match=r"not ready after 0 s, last seen: Creating; .*DeleteCluster"):
        provide(run, resource_row(), MemoryResource(cloud, states=["Creating"], longest_seconds=0.01))

    assert made(run) == [("cluster shop-target", "id-1")]


def test_one_that_vanishes_while_it_is_waited_for_is_told(run: MigrationRun, cloud: MemoryCloud) -> None:
    resource = MemoryResource(cloud, states=["Creating"])
    resource.is_ready = lambda found: bool(cloud.things.clear())  # type: ignore[method-assign]
    with pytest.raises(ResourceFailedError, match="was Creating, and is gone"):
        provide(run, resource_row(), resource)


def test_what_was_to_be_taken_and_is_gone_is_not_ordered(run: MigrationRun, cloud: MemoryCloud) -> None:
    with pytest.raises(PermanentError, match="was there when the plan was made"):
        provide(run, resource_row(provide="take"), MemoryResource(cloud))

    assert cloud.orders == []


def test_waiting_says_what_it_waits_for(
    run: MigrationRun,
    cloud: MemoryCloud,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(waiting, "SECONDS_BETWEEN_LINES", 0.0)
    with caplog.at_level(logging.INFO):
        provide(run, resource_row(), MemoryResource(cloud, states=["Creating", "Installing", "Available"]))

    lines = [record.message for record in caplog.records if record.message.startswith("Waiting")]
    assert lines == [
        "Waiting for cluster shop-target: Creating, 0 s",
        "Waiting for cluster shop-target: Installing, 0 s",
    ]
