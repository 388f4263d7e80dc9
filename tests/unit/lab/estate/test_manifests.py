from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from lab.estate.image_list import ESTATE_IMAGES
from lab.estate.manifests import NAMESPACES, estate_manifests

REGISTRY = "registry.source.lab"
VALUES = {
    "registry": REGISTRY,
    "receipts_folder": "/data/receipts",
    "journal_digest": "sha256:" + "0" * 64,
    "pg_app_password": "pg-password",
    "mariadb_app_password": "mariadb-password",
    "pictures_access_key": "access",
    "pictures_secret_key": "pictures-secret-key",
    "registry_login": '{"auths": {}}',
}
MANIFESTS = estate_manifests(VALUES)


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [item for item in MANIFESTS if item["kind"] == kind]


def pod_specs() -> Iterator[tuple[str, dict[str, Any]]]:
    for item in MANIFESTS:
        spec = item.get("spec") or {}
        if item["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            yield f"{item['kind']} {item['metadata']['name']}", spec["template"]["spec"]


def containers() -> Iterator[dict[str, Any]]:
    for _, spec in pod_specs():
        yield from [*spec.get("initContainers", []), *spec["containers"]]


def test_the_estate_has_every_kind_that_a_migration_must_bring_along() -> None:
    counted = Counter(item["kind"] for item in MANIFESTS)
    least = {
        "Namespace": 2, "Deployment": 3, "StatefulSet": 1, "DaemonSet": 1, "CronJob": 2, "Job": 1,
        "ConfigMap": 4, "Secret": 6, "Ingress": 1, "HorizontalPodAutoscaler": 1, "PodDisruptionBudget": 1,
        "NetworkPolicy": 2, "CustomResourceDefinition": 1, "Promotion": 2, "ServiceAccount": 3, "Role": 1,
        "RoleBinding": 2, "ClusterRole": 1, "ClusterRoleBinding": 1, "PersistentVolumeClaim": 1, "Service": 5,
        "PriorityClass": 1, "ResourceQuota": 1, "LimitRange": 1,
    }  # fmt: skip
    assert {kind: count for kind, count in least.items() if counted[kind] < count} == {}


def test_the_services_are_of_every_sort() -> None:
    services = {item["metadata"]["name"]: item for item in of_kind("Service")}
    assert services["web"]["spec"]["type"] == "LoadBalancer"
    prefixes = {name.partition("/")[0] for name in services["web"]["metadata"]["annotations"]}
    assert {"metallb.universe.tf", "service.beta.kubernetes.io"} <= prefixes
    assert services["journal"]["spec"]["clusterIP"] == "None"
    assert services["database"]["spec"]["type"] == "ExternalName"


def test_no_pod_needs_a_label_that_only_the_source_has_and_the_adaptation_keeps() -> None:
    for name, spec in pod_specs():
        assert "disktype" not in (spec.get("nodeSelector") or {}), name


def test_two_pods_share_a_claim() -> None:
    (api,) = [item for item in of_kind("Deployment") if item["metadata"]["name"] == "api"]
    claims = [
        volume["persistentVolumeClaim"]["claimName"]
        for volume in api["spec"]["template"]["spec"]["volumes"]
        if "persistentVolumeClaim" in volume
    ]
    assert api["spec"]["replicas"] == 2
    assert claims == ["uploads"]


def test_the_namespaces_refer_to_each_other() -> None:
    settings = {item["metadata"]["name"]: item["data"] for item in of_kind("ConfigMap")}
    assert ".warehouse" in settings["api"]["STOCK_URL"]
    assert ".shop." in settings["restock"]["API_URL"]
    across = [
        binding["metadata"]["name"]
        for binding in of_kind("RoleBinding")
        for subject in binding["subjects"]
        if subject["namespace"] != binding["metadata"]["namespace"]
    ]
    assert len(across) == 2


def test_every_container_asks_for_resources_and_is_of_the_source_registry() -> None:
    for container in containers():
        assert {"cpu", "memory"} <= set(container["resources"]["requests"]), container["name"]
        assert container["image"].startswith(f"{REGISTRY}/"), container["name"]


def test_every_pod_ends_quickly_and_can_pull() -> None:
    for name, spec in pod_specs():
        assert spec["terminationGracePeriodSeconds"] <= 5, name
        assert spec["imagePullSecrets"] == [{"name": "registry-source"}], name


def test_there_is_no_image_that_nothing_names_and_none_that_is_named_and_not_there() -> None:
    named = {container["image"] for container in containers()}
    named |= {item["spec"]["image"] for item in of_kind("Promotion")}
    named = {image.removeprefix(f"{REGISTRY}/").partition("@")[0] for image in named}
    there = {image.name for image in ESTATE_IMAGES}
    assert named == {name if name not in {"shop/journal:1.3.0"} else "shop/journal" for name in there}
    assert len(there) >= 8


def test_images_are_pinned_shared_and_only_for_some() -> None:
    assert any("@sha256:" in container["image"] for container in containers())
    assert any(spec.get("initContainers") for _, spec in pod_specs())
    in_pods = {container["image"] for container in containers()}
    assert not in_pods & {item["spec"]["image"] for item in of_kind("Promotion")}


def test_objects_are_in_the_namespaces_that_move_and_come_after_what_they_need() -> None:
    seen: set[str] = set()
    for item in MANIFESTS:
        namespace = item["metadata"].get("namespace")
        if item["kind"] == "Namespace":
            seen.add(item["metadata"]["name"])
        if namespace is not None:
            assert namespace in seen
    assert seen == set(NAMESPACES)


def test_what_a_pod_refers_to_is_there() -> None:
    there = {
        (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in MANIFESTS
    }
    for item in MANIFESTS:
        if item["kind"] not in {"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"}:
            continue
        spec = item["spec"].get("jobTemplate", item)["spec"]["template"]["spec"]
        namespace = item["metadata"]["namespace"]
        assert ("ServiceAccount", namespace, spec["serviceAccountName"]) in there
        for container in spec["containers"]:
            for source in container.get("envFrom", []):
                kind = "ConfigMap" if "configMapRef" in source else "Secret"
                name = next(iter(source.values()))["name"]
                assert (kind, namespace, name) in there, (item["metadata"]["name"], name)


@pytest.mark.parametrize("name", ["pg_app_password", "mariadb_app_password", "pictures_secret_key"])
def test_secrets_stand_in_secrets_only(name: str) -> None:
    for item in MANIFESTS:
        if item["kind"] != "Secret":
            assert VALUES[name] not in str(item)
