"""A real API server takes what the adaptation makes, field by field: every example of a rule, and every removed version."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from include.adaptation.order import ORDER
from include.adaptation.pipeline import adapt
from include.clusters import Cluster
from include.connections import ClusterAccess
from include.inventory.pod_specs import is_custom
from lab import paths
from tests.builders.goldens import golden, golden_context

pytestmark = pytest.mark.lab

REMOVED = Path(__file__).resolve().parents[1] / "goldens" / "removed_versions.yaml"
WRITTEN = yaml.safe_load(REMOVED.read_text(encoding="utf-8"))
# It is there on every cluster; nothing is stored in it.
NAMESPACE = "default"

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def target() -> Cluster:
    if not paths.TARGET_KUBECONFIG.exists():
        pytest.skip("needs the lab's target cluster: make lab-up")
    return Cluster(ClusterAccess("target", paths.TARGET_KUBECONFIG.read_text(encoding="utf-8")))


def taken(target: Cluster, obj: Manifest) -> Manifest:
    """Return what a dry run makes of an object; it refuses unknown fields, too."""
    resource = target.resource(obj["apiVersion"], obj["kind"])
    namespace = NAMESPACE if resource.is_namespaced else None
    metadata = {name: value for name, value in obj["metadata"].items() if name != "namespace"}
    body = {**obj, "metadata": metadata}
    return target.post(resource.path(namespace), body, dryRun="All", fieldValidation="Strict")


# What an operator brings is not served by a cluster without it.
BUILT_IN = [rule for rule in ORDER if not is_custom(golden(rule)[0])]


@pytest.mark.parametrize("rule", BUILT_IN)
def test_the_example_of_a_rule_is_taken(target: Cluster, rule: str) -> None:
    obj, _ = adapt(golden(rule)[0], golden_context())
    assert taken(target, obj)["kind"] == obj["kind"]


@pytest.mark.parametrize("old", WRITTEN, ids=[f"{one['kind']} of {one['apiVersion']}" for one in WRITTEN])
def test_an_object_of_a_removed_version_is_taken(target: Cluster, old: Manifest) -> None:
    obj, _ = adapt(old, golden_context())
    assert taken(target, obj)["apiVersion"] == obj["apiVersion"] != old["apiVersion"]
