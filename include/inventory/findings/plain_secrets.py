"""Secrets written in plain text into pod templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory
from include.inventory.workloads import own_pods

RULE = "plain_secret"
SEVERITIES = ("warning",)
WHY = "Whoever may read the workload, its backup on the way to CCE or the record of the run can read the password."
SECRET_NAME = re.compile(r"(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_KEY)$", re.IGNORECASE)


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report environment variables that look like secrets but are not taken from one."""
    for obj in own_pods(inventory, definition):
        for container in containers(obj):
            for variable in container.get("env") or []:
                if variable.get("value") and SECRET_NAME.search(variable["name"]):
                    yield Finding(
                        RULE,
                        "warning",
                        f"{label(obj)} container {container['name']}",
                        f"env {variable['name']} holds its value in plain text; the ledger's copy does, too",
                        "keep it in a Secret and refer to it by secretKeyRef",
                    )
