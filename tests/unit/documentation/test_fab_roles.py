"""docs/fab-roles.json has what a viewer may do, and what docs/security.md adds to it."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from airflow.providers.fab.auth_manager.security_manager.override import FabAirflowSecurityManagerOverride

from tests.unit.compose.files import ROOT

MENU = ("menu_access", "HITL Detail")
ADDED = {
    "migration-operator": {
        ("can_edit", "DAGs"),
        ("can_create", "DAG Runs"),
        ("can_edit", "DAG Runs"),
        ("can_edit", "Task Instances"),
        MENU,
    },
    "migration-approver": {("can_edit", "DAGs"), ("can_edit", "HITL Detail"), MENU},
}


def permissions() -> dict[str, set[tuple[str, str]]]:
    found = defaultdict(set)
    for row in json.loads((ROOT / "docs/fab-roles.json").read_text()):
        found[row["name"]] |= {(action, row["resource"]) for action in row["action"].split(",")}
    return found


@pytest.mark.parametrize("role", ADDED)
def test_a_role_sees_what_a_viewer_sees_and_may_do_its_part(role: str) -> None:
    assert permissions()[role] == set(FabAirflowSecurityManagerOverride.VIEWER_PERMISSIONS) | ADDED[role]
