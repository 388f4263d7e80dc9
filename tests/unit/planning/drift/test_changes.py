"""What counts as a change of the source, and what does not."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

import pytest

from include.inventory.secrecy import hide_secret
from include.labels import OWNER
from include.planning.drift import Change, find_changes, union
from tests.builders.objects import claim, container, deployment, inventory, make, pod, volume, workload

Manifest = dict[str, Any]
KEY = b"a key of one run"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
RBAC = "rbac.authorization.k8s.io/v1"
WEB = "Deployment shop/web"


def changes(before: list[Manifest], after: list[Manifest]) -> list[str]:
    return [change.text() for change in find_changes(inventory(*before), inventory(*after), KEY)]


def changed(obj: Manifest, change: Callable[[Manifest], object]) -> Manifest:
    other = copy.deepcopy(obj)
    change(other)
    return other


def secret(**values: str) -> Manifest:
    data = {name: base64.b64encode(value.encode()).decode() for name, value in values.items()}
    return hide_secret(make("v1", "Secret", "db", data=data), (), KEY)


def running(name: str, digest: str, owner: str = "web-1") -> Manifest:
    image_id = f"registry.source.lab/shop/app@{digest}"
    return pod(
        name,
        owner=owner,
        status={"phase": "Running", "containerStatuses": [{"name": "app", "imageID": image_id}]},
    )


def job(**status: Any) -> Manifest:
    template = {"spec": {"containers": [container()]}}
    return make("batch/v1", "Job", "once", spec={"template": template}, status=status)


def scaler() -> Manifest:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    return make("autoscaling/v2", "HorizontalPodAutoscaler", "web", spec={"scaleTargetRef": reference})


def config(**data: str) -> Manifest:
    return make("v1", "ConfigMap", "settings", data=data)


def service(**spec: Any) -> Manifest:
    return make("v1", "Service", "web", spec={"ports": [{"port": 80}], **spec})


def webhook(bundle: str) -> Manifest:
    conversion = {"strategy": "Webhook", "webhook": {"clientConfig": {"caBundle": bundle}}}
    return make(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "campaigns.shop.lab",
        spec={"group": "shop.lab", "names": {"kind": "Campaign"}, "conversion": conversion},
    )


COUNTS = {
    "a new Deployment": (
        [], [deployment(replicas=1)],
        [f"new: {WEB}", "new: image registry.source.lab/shop/app:1 (used by Deployment shop/web)"],
    ),
    "a Deployment that is gone": ([deployment()], [], [f"gone: {WEB}", "gone: image registry.source.lab/shop/app:1"]),
    "replicas that people chose": (
        [deployment(replicas=2)], [deployment(replicas=3)], [f"changed: {WEB} (spec.replicas: was 2, is 3)"],
    ),
    "a label": (
        [deployment(metadata={"labels": {"tier": "front"}})],
        [deployment(metadata={"labels": {"tier": "edge"}})],
        [f'changed: {WEB} (metadata.labels.tier: was "front", is "edge")'],
    ),
    "an annotation": (
        [service()],
        [changed(service(), lambda obj: obj["metadata"].update(annotations={"a": "b"}))],
        ['changed: Service shop/web (metadata.annotations: was nothing, is {"a": "b"})'],
    ),
    "the image of a container": (
        [deployment()],
        [deployment(containers=[container("registry.source.lab/shop/app:2")])],
        [
            f'changed: {WEB} (spec.template.spec.containers[0].image: was "registry.source.lab/shop/app:1", '
            'is "registry.source.lab/shop/app:2")',
            "gone: image registry.source.lab/shop/app:1",
            "new: image registry.source.lab/shop/app:2 (used by Deployment shop/web)",
        ],
    ),
    "an environment variable, without its value": (
        [deployment(containers=[container(env=[{"name": "PASSWORD", "value": "old"}])])],
        [deployment(containers=[container(env=[{"name": "PASSWORD", "value": "new"}])])],
        [f"changed: {WEB} (spec.template.spec.containers[0].env[0].value: changed)"],
    ),
    "a value of a ConfigMap, by its key": (
        [config(mode="a", other="b")], [config(mode="c", other="b")],
        ["changed: ConfigMap shop/settings (data.mode: changed)"],
    ),
    "a value of a Secret, by its key": (
        [secret(password="hunter2hunter2")], [secret(password="hunter3hunter3")],
        ["changed: Secret shop/db (data.password: changed)"],
    ),
    "a key more in a Secret": (
        [secret(password="x")], [secret(password="x", user="y")], ["changed: Secret shop/db (data.user: changed)"],
    ),
    "a rule of a Role's binding": (
        [make(RBAC, "RoleBinding", "b", subjects=[{"kind": "User", "name": "eve"}])],
        [make(RBAC, "RoleBinding", "b", subjects=[{"kind": "User", "name": "ann"}])],
        ['changed: RoleBinding shop/b (subjects[0].name: was "eve", is "ann")'],
    ),
    "the specification of a custom resource": (
        [make("shop.lab/v1", "Campaign", "c", spec={"days": 1})],
        [make("shop.lab/v1", "Campaign", "c", spec={"days": 2})],
        ["changed: Campaign shop/c (spec.days: was 1, is 2)"],
    ),
    "a larger claim": (
        [claim(size="1Gi"), volume()], [claim(size="2Gi"), volume()],
        ['changed: PersistentVolumeClaim shop/uploads (spec.resources.requests.storage: was "1Gi", is "2Gi")'],
    ),
    "a claim that lies on another volume": (
        [claim(), volume()],
        [claim(volumeName="pv-other"), changed(volume(), lambda obj: obj["metadata"].update(name="pv-other"))],
        ["changed: volume shop/uploads (volume: was pv-uploads, is pv-other)"],
    ),
    "a claim that is bound now": (
        [claim(volumeName=None)], [claim(), volume()],
        ["changed: volume shop/uploads (volume: was not bound, is pv-uploads)"],
    ),
    "a tag that was moved": (
        [deployment(), running("web-1-a", ONE)], [deployment(), running("web-1-b", TWO)],
        [f"changed: image registry.source.lab/shop/app:1 (digest: was {ONE}, is {TWO})"],
    ),
    "a pod that nobody controls": (
        [], [pod("bare")],
        ["new: Pod shop/bare", "new: image registry.source.lab/shop/app:1 (used by Pod shop/bare)"],
    ),
    "a Job that has ended and will be left": (
        [deployment(), job()], [deployment(), job(completionTime="2026-11-27T10:00:00Z")],
        ["gone: Job shop/once (stays behind now: it has ended; it would run again)"],
    ),
    "an object that is being deleted": (
        [config(a="b")],
        [changed(config(a="b"), lambda obj: obj["metadata"].update(deletionTimestamp="2026-11-27T10:00:00Z"))],
        ["gone: ConfigMap shop/settings (stays behind now: it is being deleted)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), COUNTS.values(), ids=COUNTS)
def test_it_is_a_change(before: list[Manifest], after: list[Manifest], expected: list[str]) -> None:
    assert changes(before, after) == expected


def meta(**fields: Any) -> Callable[[Manifest], object]:
    return lambda obj: obj["metadata"].update(fields)


COUNTS_NOT = {
    "nothing": ([deployment(), secret(a="b")], [deployment(), secret(a="b")]),
    "a status": ([deployment()], [changed(deployment(), lambda obj: obj.update(status={"replicas": 2}))]),
    "what the API server counts": (
        [changed(deployment(), meta(resourceVersion="1", generation=1))],
        [changed(deployment(), meta(resourceVersion="2", generation=2, uid="u", creationTimestamp="t"))],
    ),
    "replicas that an autoscaler chose": (
        [deployment(replicas=2), scaler()], [deployment(replicas=7), scaler()],
    ),
    "pods of a ReplicaSet": (
        [deployment(), running("web-1-a", ONE)], [deployment(), running("web-1-b", ONE), running("web-1-c", ONE)],
    ),
    "an image that nobody runs at the moment": ([deployment(), running("web-1-a", ONE)], [deployment()]),
    "an image that only pods of a controller named": ([running("operator-made", ONE, "r")], []),
    "a former ReplicaSet": (
        [deployment()],
        [
            deployment(),
            changed(
                workload("ReplicaSet", "web-1", replicas=0),
                meta(ownerReferences=[{"kind": "Deployment", "name": "web", "controller": True}]),
            ),
        ],
    ),
    "the revision of a Deployment": (
        [deployment(metadata={"annotations": {"deployment.kubernetes.io/revision": "1"}})],
        [deployment(metadata={"annotations": {"deployment.kubernetes.io/revision": "2"}})],
    ),
    "what a controller notes": (
        [service()], [changed(service(), meta(annotations={"field.cattle.io/publicEndpoints": "[]"}))],
    ),
    "what was applied last": (
        [config(a="b")],
        [changed(config(a="b"), meta(annotations={"kubectl.kubernetes.io/last-applied-configuration": "{}"}))],
    ),
    "addresses that the cluster chose": (
        [service(clusterIP="10.96.0.1")], [service(clusterIP="10.96.0.9", clusterIPs=["10.96.0.9"])],
    ),
    "the order of nothing but fields": (
        [config(a="1", b="2")], [make("v1", "ConfigMap", "settings", data={"b": "2", "a": "1"})],
    ),
    "rules that are gathered from other roles": (
        [make(RBAC, "ClusterRole", "all", aggregationRule={"a": [1]}, rules=[{"verbs": ["get"]}])],
        [make(RBAC, "ClusterRole", "all", aggregationRule={"a": [1]}, rules=[{"verbs": ["list"]}])],
    ),
    "a certificate that a controller put into a definition": ([webhook("old")], [webhook("new")]),
    "nodes, and volumes no claim lies on": (
        [make("v1", "Node", "a")], [make("v1", "Node", "b"), volume("somebody-else-s")],
    ),
    "a pod that has ended": ([], [pod("done", status={"phase": "Succeeded"})]),
    "pods of the migration itself": (
        [],
        [
            changed(
                pod("mover", spec={"containers": [container("registry.source.lab/mover:1")]}),
                meta(labels={OWNER: "lab"}),
            )
        ],
    ),
    "the claim of a pod that comes and goes": (
        [],
        [
            changed(
                claim("web-1-scratch"),
                meta(ownerReferences=[{"kind": "Pod", "name": "web-1", "controller": True}]),
            )
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), COUNTS_NOT.values(), ids=COUNTS_NOT)
def test_it_is_no_change(before: list[Manifest], after: list[Manifest]) -> None:
    assert changes(before, after) == []


def test_no_value_of_a_secret_is_in_a_change() -> None:
    (change,) = find_changes(inventory(secret(a="hunter2hunter2")), inventory(secret(a="other")), KEY)
    told = change.model_dump_json()
    assert "hunter2" not in told
    assert base64.b64encode(b"hunter2hunter2").decode() not in told


def test_what_nobody_wrote_is_not_looked_at_any_closer() -> None:
    """The API server counts each write; ten thousand objects are compared in a moment."""
    one, other = (changed(deployment(replicas=count), meta(uid="u", resourceVersion="7")) for count in (1, 2))
    assert changes([one], [other]) == []


def test_of_many_places_the_first_are_told() -> None:
    before = config(**{f"key-{number:02}": "a" for number in range(14)})
    after = config(**{f"key-{number:02}": "b" for number in range(14)})
    (change,) = find_changes(inventory(before), inventory(after), KEY)
    assert (len(change.details), change.details[-1]) == (11, "and 4 more")


def test_a_change_that_is_seen_twice_counts_once() -> None:
    one, two = Change(object="Pod a/b", what="new"), Change(object="Pod a/c", what="gone")
    assert union([one], [two, one]) == [one, two]
