from __future__ import annotations

from typing import Any

import pytest

from include.adaptation.hold import HELD, hold, hold_patch, release, release_patch, remembered
from include.adaptation.merge_patch import apply_merge_patch
from tests.builders.objects import deployment, make, workload

CRON_JOB = make("batch/v1", "CronJob", "nightly", spec={"suspend": False})
HOLDABLE = [
    pytest.param(deployment(replicas=3), {"replicas": 3}, id="a Deployment"),
    pytest.param(workload("StatefulSet", "cache", replicas=1), {"replicas": 1}, id="a StatefulSet"),
    pytest.param(deployment(replicas=0), {"replicas": 0}, id="a Deployment that was scaled to zero"),
    pytest.param(CRON_JOB, {"suspend": False}, id="a CronJob"),
    pytest.param(workload("DaemonSet", "agent"), {"nodeSelector": {}}, id="a DaemonSet"),
    pytest.param(
        workload("DaemonSet", "agent", nodeSelector={"disk": "fast"}),
        {"nodeSelector": {"disk": "fast"}},
        id="a DaemonSet that chooses nodes",
    ),
]


@pytest.mark.parametrize(("obj", "before"), HOLDABLE)
def test_a_held_object_remembers_and_comes_back_as_it_was(
    obj: dict[str, Any], before: dict[str, Any]
) -> None:
    held = hold(obj)
    assert remembered(held) == before
    assert release(held) == obj


@pytest.mark.parametrize(("obj", "before"), HOLDABLE)
def test_live_objects_are_held_and_released_by_patches(obj: dict[str, Any], before: dict[str, Any]) -> None:
    held = apply_merge_patch(obj, hold_patch(obj))
    assert held == hold(obj)
    assert apply_merge_patch(held, release_patch(held)) == obj


def test_no_pod_of_a_held_object_starts() -> None:
    assert hold(deployment())["spec"]["replicas"] == 0
    assert hold(CRON_JOB)["spec"]["suspend"] is True
    spec = hold(workload("DaemonSet", "agent"))["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"cce-migration/hold": "true"}


def test_holding_twice_remembers_the_first_time() -> None:
    held = hold(deployment(replicas=3))
    assert hold(held) is held
    assert hold_patch(held) == {}


@pytest.mark.parametrize("obj", [make("v1", "ConfigMap", "c"), make("shop.lab/v1", "Campaign", "c", spec={})])
def test_what_starts_no_pods_is_returned_unchanged(obj: dict[str, Any]) -> None:
    assert hold(obj) is obj
    assert release(obj) is obj


def test_a_garbled_annotation_counts_as_not_held() -> None:
    assert remembered(deployment(metadata={"annotations": {HELD: "{"}})) is None
