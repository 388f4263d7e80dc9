from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from include.adaptation.hold import hold
from include.inventory.secrecy import keyed_hash
from include.verification.comparing import compare, fingerprint
from include.verification.objects import autoscaled_workloads, compare_object
from tests.builders.objects import claim, container, deployment, inventory, make, workload

KEY = b"a key of the tests"


def live(obj: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """Return an object as a server would serve it, with what Velero and controllers add."""
    served = copy.deepcopy(obj)
    served["metadata"] |= {
        "uid": "u",
        "resourceVersion": "9",
        "generation": 3,
        "creationTimestamp": "2026-11-24T10:00:00Z",
    }
    served["metadata"]["labels"] = {**served["metadata"].get("labels", {}), "velero.io/restore-name": "r"}
    served["metadata"] |= metadata
    served["status"] = {"some": "status"}
    return served


EQUAL = [
    pytest.param(deployment(), live(deployment()), id="what the server added"),
    pytest.param(deployment(), live(hold(deployment())), id="a workload that is still held"),
    pytest.param(workload("DaemonSet", "a"), live(hold(workload("DaemonSet", "a"))), id="a held DaemonSet"),
    pytest.param(
        make("v1", "Service", "web", spec={"ports": [{"port": 80}]}),
        live(
            make(
                "v1",
                "Service",
                "web",
                spec={"clusterIP": "10.0.0.9", "ports": [{"port": 80, "nodePort": 30123}]},
            )
        ),
        id="addresses the target chose",
    ),
    pytest.param(
        claim(volumeName=None),
        live(claim(volumeName="pv-7"), annotations={"pv.kubernetes.io/bind-completed": "yes"}),
        id="a claim that was bound",
    ),
    pytest.param(
        make("v1", "Secret", "db", data={"a": {"sha256": keyed_hash(KEY, b"x")}}),
        live(make("v1", "Secret", "db", data={"a": base64.b64encode(b"x").decode()})),
        id="a Secret by its hashes",
    ),
    pytest.param(
        make("v1", "Namespace", "shop"),
        live(make("v1", "Namespace", "shop", metadata={"labels": {"kubernetes.io/metadata.name": "shop"}})),
        id="the label of a namespace's name",
    ),
    pytest.param(
        make("v1", "ConfigMap", "c", data={}, metadata={"labels": None}),
        live(make("v1", "ConfigMap", "c")),
        id="empty or not there",
    ),
]


@pytest.mark.parametrize(("expected", "actual"), EQUAL)
def test_counts_as_equal(expected: dict[str, Any], actual: dict[str, Any]) -> None:
    result = compare_object(expected, actual, KEY)
    assert result.differences == ()
    assert result.expected == result.actual


BALANCED = make(
    "v1",
    "Service",
    "web",
    metadata={"annotations": {"kubernetes.io/elb.id": "1"}},
    spec={"type": "LoadBalancer"},
)
UNEQUAL = [
    pytest.param(
        deployment(replicas=2),
        live(deployment(replicas=1)),
        "spec.replicas: expected 2, found 1",
        id="replicas",
    ),
    pytest.param(
        deployment(),
        live(deployment(containers=[container("other:1")])),
        'spec.template.spec.containers[0].image: expected "registry.source.lab/shop/app:1", found "other:1"',
        id="an image",
    ),
    pytest.param(
        make("v1", "ConfigMap", "c", data={"a": "1"}),
        live(make("v1", "ConfigMap", "c", data={"a": "2"})),
        "data.a: differs",
        id="a value of a ConfigMap, which is not shown",
    ),
    pytest.param(
        make("v1", "Secret", "db", data={"a": {"sha256": keyed_hash(KEY, b"x")}}),
        live(make("v1", "Secret", "db", data={"a": base64.b64encode(b"y").decode()})),
        "data.a: differs",
        id="a Secret",
    ),
    pytest.param(
        deployment(containers=[container(env=[{"name": "PASSWORD", "value": "hunter2"}])]),
        live(deployment(containers=[container(env=[{"name": "PASSWORD", "value": "hunter3"}])])),
        "spec.template.spec.containers[0].env[0].value: differs",
        id="the value of a variable, which is not shown",
    ),
    pytest.param(
        deployment(containers=[container(args=["--password=hunter2"])]),
        live(deployment(containers=[container(args=["--password=hunter2", "-v"])])),
        "spec.template.spec.containers[0].args: differs",
        id="arguments, which are not shown",
    ),
    pytest.param(
        deployment(containers=[container(env=[{"name": "PASSWORD", "value": "hunter2"}])]),
        live(deployment(containers=[container(), container(args=["hunter2"])])),
        'spec.template.spec.containers: expected [{"env": "…", "image": "registry.source.lab/shop/app:1", "name": "app"}], '
        'found [{"image": "registry.source.lab/shop/app:1", "name": "app"}, {"args": "…", '
        '"image": "registry.source.lab/shop/app:1", "…',
        id="a container more, without what it is started with",
    ),
    pytest.param(
        BALANCED,
        live(make("v1", "Service", "web", spec={"type": "LoadBalancer"})),
        'metadata.annotations: expected {"kubernetes.io/elb.id": "1"}, found nothing',
        id="an annotation that was to be set",
    ),
    pytest.param(
        deployment(),
        live(deployment(metadata={"annotations": {"unexpected": "x"}})),
        'metadata.annotations: expected nothing, found {"unexpected": "x"}',
        id="an annotation nobody expects",
    ),
]


@pytest.mark.parametrize(("expected", "actual", "text"), UNEQUAL)
def test_counts_as_unequal(expected: dict[str, Any], actual: dict[str, Any], text: str) -> None:
    assert compare_object(expected, actual, KEY).differences == (text,)


def test_an_object_that_did_not_arrive_is_unequal() -> None:
    result = compare_object(deployment(), None, KEY)
    assert (result.actual, result.differences) == (None, ("it is not there",))


def test_an_autoscaler_may_choose_the_replicas() -> None:
    scaler = make(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "web",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}},
    )
    assert autoscaled_workloads(inventory(scaler, deployment())) == {"deployments.apps/shop/web"}
    assert (
        compare_object(
            deployment(replicas=2), live(deployment(replicas=5)), KEY, is_autoscaled=True
        ).differences
        == ()
    )


def test_comparing_changes_neither_object() -> None:
    expected, actual = deployment(), live(hold(deployment()))
    before = copy.deepcopy((expected, actual))
    compare_object(expected, actual, KEY)
    assert (expected, actual) == before


def test_differences_carry_their_path() -> None:
    found = list(compare({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}, "d": 4}))
    assert [(one.path, one.expected, one.actual) for one in found] == [("a.b[1].c", 2, 3), ("d", None, 4)]


def test_a_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
