"""Which node pulls what, and what the kubelet says of it."""

from __future__ import annotations

from typing import Any

import pytest

from include.cutover.pulling_pods import MOST_CONTAINERS, plan_pulls, pull_manifest, pulled, refusals
from tests.builders.objects import container, deployment, make, pod


def node(name: str, *, ready: bool = True, unschedulable: bool = False, **labels: str) -> dict[str, Any]:
    made = make("v1", "Node", name, None, metadata={"labels": labels})
    made["spec"] = {"unschedulable": unschedulable}
    made["status"] = {"conditions": [{"type": "Ready", "status": str(ready)}]}
    return made


def app(*images: str, **spec: Any) -> dict[str, Any]:
    made = deployment()
    made["spec"]["template"]["spec"] = {"containers": [container(image) for image in images], **spec}
    return made


def test_each_node_that_may_run_a_workload_pulls_its_images_once_by_the_logins_of_its_pods() -> None:
    web = app("a", "b", initContainers=[container("c")], imagePullSecrets=[{"name": "default-secret"}])
    fast = app("b", "d", nodeSelector={"disk": "ssd"}, imagePullSecrets=[{"name": "own"}])
    nodes = [
        node("one"),
        node("two", disk="ssd"),
        node("away", ready=False),
        node("kept", unschedulable=True),
    ]
    first, second = plan_pulls([web, fast], [*nodes, node("cci", type="virtual-kubelet")], "lab")
    assert (first.node, first.images, first.pull_secrets) == ("one", ("a", "b", "c"), ("default-secret",))
    assert (second.node, second.images) == ("two", ("a", "b", "c", "d"))
    assert second.pull_secrets == ("default-secret", "own")
    assert first.name != second.name


def test_a_node_whose_taint_nobody_tolerates_pulls_nothing() -> None:
    lent = node("lent")
    lent["spec"]["taints"] = [{"key": "lent", "effect": "NoSchedule"}]
    tolerant = app("b", tolerations=[{"key": "lent", "operator": "Exists"}])
    pulls = plan_pulls([app("a"), tolerant], [node("one"), lent], "lab")
    assert [(pull.node, pull.images) for pull in pulls] == [("lent", ("b",)), ("one", ("a", "b"))]


def test_many_images_are_several_pods() -> None:
    images = [f"image-{number:02}" for number in range(MOST_CONTAINERS + 1)]
    first, second = plan_pulls([app(*images)], [node("one")], "lab")
    assert first.images + second.images == tuple(images)
    assert len(first.images) == MOST_CONTAINERS


def test_a_pod_runs_nothing_of_its_images_and_is_allowed_everywhere() -> None:
    (pull,) = plan_pulls([app("a")], [node("one")], "lab")
    manifest = pull_manifest(pull)
    (only,) = manifest["spec"]["containers"]
    assert only["command"] == ["/cce-migration/only-pulls"]
    assert manifest["spec"]["nodeName"] == "one"
    assert manifest["spec"]["securityContext"]["runAsNonRoot"] is True
    assert only["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert manifest["metadata"]["labels"]["cce-migration"] == "lab"


def status(image: str, reason: str, image_id: str = "") -> dict[str, Any]:
    return {
        "image": image,
        "imageID": image_id,
        "state": {"waiting": {"reason": reason, "message": "no such tag"}},
    }


def test_what_a_node_has_and_what_it_does_not_get_is_told_apart() -> None:
    seen = pod()
    seen["status"] = {
        "containerStatuses": [
            {"image": "a", "imageID": "sha256:1", "state": {"terminated": {"reason": "StartError"}}},
            status("b", "ErrImagePull"),
            status("c", "ContainerCreating"),
        ]
    }
    assert pulled(seen) == 1
    assert refusals(seen) == {"b": "b: ErrImagePull: no such tag"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"phase": "Failed", "reason": "OutOfpods", "message": "too many"}, {"": "OutOfpods: too many"}),
        ({"phase": "Failed"}, {"": "the node refused the pod"}),
        ({"phase": "Pending"}, {}),
    ],
)
def test_a_node_that_takes_no_pod_is_told(told: dict[str, str], expected: dict[str, str]) -> None:
    refused = pod()
    refused["status"] = told
    assert refusals(refused) == expected
    assert pulled(refused) == 0
