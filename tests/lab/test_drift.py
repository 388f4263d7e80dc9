"""A source that changes while a person looks at its plan: it is planned again, asked for again, and a rejection makes nothing."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest

from lab import paths
from lab.clusters.api import ClusterApi
from tests import orders
from tests.builders.definitions import definition

from .live_runs import LiveRun
from .sides import both_sides, differences, settled_sides

pytestmark = pytest.mark.lab

PLAN, DRIFT = "resource_planning.approve_plan", "resource_planning.approve_drift"
CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps"


@contextmanager
def late_config_map() -> Generator[None]:
    """Have one object more in the source."""
    with ClusterApi(paths.SOURCE_KUBECONFIG) as api:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"a": "b"}}
        api.create(CONFIG_MAPS, body)
        try:
            yield
        finally:
            api.request("DELETE", f"{CONFIG_MAPS}/late")


def test_a_changed_source_is_asked_for_again_and_a_rejection_makes_nothing() -> None:
    orders.remove_what_was_ordered()
    before = settled_sides(definition())
    with LiveRun("drift", answers=False) as run:
        first = run.question(PLAN)
        with late_config_map():
            run.answer(PLAN, "Approve")
            second = run.question(DRIFT)
            run.answer(DRIFT, "Reject")
            state = run.wait_for_end()
        outcome = run.outcome

    assert "shop/late" not in first
    assert "ConfigMap shop/late" in second.partition("### What moves")[0]
    planned = {row["key"] for row in outcome.documents(".")["plan.json"]["items"]}
    assert "configmaps/shop/late" in planned
    assert (state, outcome.report["result"]) == ("failed", "failed")
    assert outcome.documents("provisioning") == {}
    assert differences(before, both_sides(definition())) == []
