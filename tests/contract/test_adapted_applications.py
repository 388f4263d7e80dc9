"""A real API server takes every object of the well-known applications as the adaptation makes it, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from include.clusters import Cluster
from include.connections import ClusterAccess
from include.inventory.pod_specs import is_custom
from tests.applications.catalogue import APPLICATIONS, traces

pytestmark = pytest.mark.lab

# It is there on every cluster; nothing is stored in it.
NAMESPACE = "default"

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def cluster(source_kubeconfig: str) -> Cluster:
    return Cluster(ClusterAccess("source", source_kubeconfig))


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_objects_of_an_application_are_taken(cluster: Cluster, name: str) -> None:
    built_in = [one.obj for _, one in traces(name) if not is_custom(one.obj)]
    for obj in built_in:
        resource = cluster.resource(obj["apiVersion"], obj["kind"])
        path = resource.path(NAMESPACE if resource.is_namespaced else None)
        taken = cluster.post(path, _tried(obj), dryRun="All", fieldValidation="Strict")
        assert taken["metadata"]["name"] == obj["metadata"]["name"]
    assert built_in


def _tried(obj: Manifest) -> Manifest:
    """Return an object of the namespace of the test; a Secret has hashes here, and gets values in their place."""
    metadata = {name: value for name, value in obj["metadata"].items() if name != "namespace"}
    data = dict.fromkeys(obj.get("data") or {}, "eA==") if obj["kind"] == "Secret" else obj.get("data")
    return {**obj, "metadata": metadata, **({"data": data} if data else {})}
