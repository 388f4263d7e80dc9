"""Secrets with ServiceAccount tokens: a token of the source is worth nothing on the target."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import containers, pod_spec
from include.inventory.store import Inventory
from include.inventory.workloads import own_pods

RULE = "token_secret"
SEVERITIES = ("warning", "info")
WHY = "CCE signs tokens with a key of its own: it refuses those of the source."
SERVICE_ACCOUNT_TYPE = "kubernetes.io/service-account-token"


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report token Secrets; one that a workload uses needs a person."""
    used = {
        (obj["metadata"]["namespace"], name)
        for obj in own_pods(inventory, definition)
        for name in _secrets_of(obj)
    }
    for secret in inventory.objects("Secret"):
        if secret.get("type") != SERVICE_ACCOUNT_TYPE:
            continue
        metadata = secret["metadata"]
        account = (metadata.get("annotations") or {}).get("kubernetes.io/service-account.name", "?")
        is_used = (metadata["namespace"], metadata["name"]) in used
        yield Finding(
            RULE,
            "warning" if is_used else "info",
            label(secret),
            f"holds a token of ServiceAccount {account}; it is not migrated",
            "make a token on the target before the release of the workloads"
            if is_used
            else "whoever uses it from outside, by a kubeconfig or a pipeline, needs a token of the target",
        )


def _secrets_of(obj: dict[str, object]) -> Iterator[str]:
    for volume in (pod_spec(obj) or {}).get("volumes") or []:
        if volume.get("secret"):
            yield volume["secret"].get("secretName", "")
    for container in containers(obj):
        for variable in container.get("env") or []:
            yield ((variable.get("valueFrom") or {}).get("secretKeyRef") or {}).get("name", "")
        for source in container.get("envFrom") or []:
            yield (source.get("secretRef") or {}).get("name", "")
