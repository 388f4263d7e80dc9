"""Pods that log in to their cloud by an identity of their ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_metadata
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "cloud_identity"
SEVERITIES = ("warning",)
WHY = "CCE hands out no credentials of another cloud: calls to its services fail with access denied."
ACCOUNTS = {
    "eks.amazonaws.com/role-arn": "AWS",
    "iam.gke.io/gcp-service-account": "Google Cloud",
    "azure.workload.identity/client-id": "Azure",
    "pod-identity.alibabacloud.com/role-name": "Alibaba Cloud",
    "tke.cloud.tencent.com/role-arn": "Tencent Cloud",
}
# Annotation and label by which older agents gave an identity to a pod.
PODS = {"iam.amazonaws.com/role": "AWS", "aadpodidbinding": "Azure"}


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report ServiceAccounts and pods with an identity of another cloud."""
    for account in inventory.objects("ServiceAccount"):
        yield from _findings(label(account), account["metadata"], ACCOUNTS)
    for obj, _ in migrated_pods(inventory, definition):
        yield from _findings(label(obj), pod_metadata(obj), PODS)


def _findings(name: str, metadata: dict[str, Any], known: dict[str, str]) -> Iterator[Finding]:
    marks = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    for mark, cloud in known.items():
        if marks.get(mark):
            yield Finding(
                RULE,
                "warning",
                name,
                f"logs its pods in to {cloud} as {marks[mark]}; the mark is left out on the way",
                "give the pods a key of what they still use there in a Secret, or access by IAM to what moved",
            )
