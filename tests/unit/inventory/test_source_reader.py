"""The rights in docs/source-reader.yaml are those an inventory needs, and no more."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from include.inventory.loads import GROUP
from include.inventory.scope import CLUSTER_SCOPED
from include.inventory.snapshot_choices import SNAPSHOT_CLASSES
from tests.conftest import ROOT

MANIFESTS = list(yaml.safe_load_all((ROOT / "docs" / "source-reader.yaml").read_text(encoding="utf-8")))


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = (row for row in MANIFESTS if (row["kind"], row["metadata"]["name"]) == (kind, name))
    return dict(found)


def resources(role: str) -> set[str]:
    """Return `plural.group` of all a role may read."""
    return {
        f"{plural}.{group}".rstrip(".")
        for rule in named("ClusterRole", role)["rules"]
        for group in rule["apiGroups"]
        for plural in rule["resources"]
    }


def test_cluster_wide_it_may_read_what_the_inventory_reads_and_nothing_else() -> None:
    assert resources("cce-migration-cluster-reader") == {
        *CLUSTER_SCOPED,
        SNAPSHOT_CLASSES,
        f"nodes.{GROUP}",
    }


def test_in_a_namespace_it_may_read_every_kind_as_the_inventory_does() -> None:
    assert resources("cce-migration-namespace-reader") == {"*.*"}


def test_it_may_do_nothing_but_read() -> None:
    verbs = {verb for row in MANIFESTS for rule in row.get("rules") or [] for verb in rule["verbs"]}
    assert verbs == {"get", "list"}


def test_the_way_to_the_kubelets_is_written_down_and_bound_to_nobody() -> None:
    bound = {row["roleRef"]["name"] for row in MANIFESTS if "roleRef" in row}

    assert resources("cce-migration-volume-reader") == {"nodes/proxy"}
    assert "cce-migration-volume-reader" not in bound


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("ClusterRoleBinding", "cce-migration-cluster-reader"),
        ("RoleBinding", "cce-migration-namespace-reader"),
    ],
)
def test_the_role_of_every_kind_is_bound_within_namespaces_only(kind: str, role: str) -> None:
    bound = {row["roleRef"]["name"] for row in MANIFESTS if row["kind"] == kind}
    subjects = [subject for row in MANIFESTS if row["kind"] == kind for subject in row["subjects"]]
    account = named("ServiceAccount", "source-reader")["metadata"]

    assert bound == {role}
    assert [(subject["namespace"], subject["name"]) for subject in subjects] == [
        (account["namespace"], account["name"])
    ]
