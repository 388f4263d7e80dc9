from __future__ import annotations

from typing import Any

import pytest

from include.errors import PermanentError
from include.planning.model import PlanItem
from include.velero.filters import filter_config_map, filter_policy, resources, unwanted_resources


def row(resource: str, name: str, namespace: str | None = "shop") -> PlanItem:
    details: dict[str, Any] = {"resource": resource, "name": name, "namespace": namespace, "kind": "Kind"}
    return PlanItem(
        key=f"{resource}/{namespace}/{name}",
        phase="velero_backup_restore",
        kind="object",
        source=name,
        target=name,
        action="copy",
        details=details,
    )


ROWS = [
    row("deployments.apps", "web"),
    row("deployments.apps", "api"),
    row("secrets", "login", "warehouse"),
    row("namespaces", "shop", None),
    row("clusterroles.rbac.authorization.k8s.io", "shop:reader*", None),
]


def test_the_planned_names_and_no_others_are_chosen() -> None:
    policy = filter_policy(ROWS)
    assert policy["namespacedFilterPolicies"] == [
        {
            "namespaces": ["shop"],
            "resourceFilters": [{"kinds": ["deployments.apps"], "names": ["api", "web"]}],
        },
        {"namespaces": ["warehouse"], "resourceFilters": [{"kinds": ["secrets"], "names": ["login"]}]},
    ]


def test_odd_signs_of_a_name_are_no_pattern() -> None:
    kinds = filter_policy(ROWS)["clusterScopedFilterPolicy"]["resourceFilters"]
    assert kinds == [{"kinds": ["clusterroles.rbac.authorization.k8s.io"], "names": ["shop:reader\\*"]}]


def test_an_empty_scope_is_left_out() -> None:
    assert "clusterScopedFilterPolicy" not in filter_policy(ROWS[:1])


DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io"


def test_of_a_kind_without_a_row_to_restore_nothing_is_taken() -> None:
    definition = row(DEFINITIONS, "rates.faults.example", None)
    assert unwanted_resources(ROWS, ROWS) == [DEFINITIONS]
    assert unwanted_resources([*ROWS, definition], [*ROWS, definition]) == []
    assert unwanted_resources([*ROWS, definition], ROWS[:3]) == [
        "clusterroles.rbac.authorization.k8s.io",
        DEFINITIONS,
    ]


def test_resources_are_told_apart_by_scope() -> None:
    assert resources(ROWS, namespaced=True) == ["deployments.apps", "secrets"]
    assert resources(ROWS, namespaced=False) == ["clusterroles.rbac.authorization.k8s.io", "namespaces"]


def test_too_many_names_are_refused() -> None:
    rows = [row("configmaps", f"{'x' * 200}-{number}") for number in range(5000)]
    with pytest.raises(PermanentError, match="migrate fewer namespaces"):
        filter_config_map("filter", {}, rows)
