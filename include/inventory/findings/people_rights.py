"""Rights of people, whom CCE knows by other names."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, listed
from include.inventory.store import Inventory

RULE = "people_right"
SEVERITIES = ("info",)
WHY = "On CCE people log in as users of IAM: bindings to the source's users and groups give rights to nobody."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report the users and groups to whom RoleBindings give rights, a finding for each namespace."""
    names: dict[str, list[str]] = {}
    for binding in inventory.objects("RoleBinding"):
        for subject in binding.get("subjects") or []:
            if subject.get("kind") in {"User", "Group"} and not subject["name"].startswith("system:"):
                names.setdefault(binding["metadata"]["namespace"], []).append(subject["name"])
    for namespace, found in sorted(names.items()):
        yield Finding(
            RULE,
            "info",
            f"RoleBindings of {namespace}",
            f"give rights to {listed(found)}",
            "give the same rights to IAM users and groups in the permissions of the target cluster",
        )
