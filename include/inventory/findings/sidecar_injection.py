"""Namespaces and pods into which somebody puts further containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.pod_specs import pod_metadata
from include.inventory.store import Inventory
from include.inventory.workloads import migrated_pods

RULE = "sidecar_injection"
SEVERITIES = ("warning",)
WHY = "Without the injector pods on CCE start without proxy, secrets or agent: the mesh refuses them, or they find no password."
# Label or annotation -> who reads it.
MARKS = {
    "istio-injection": "Istio",
    "istio.io/rev": "Istio",
    "sidecar.istio.io/inject": "Istio",
    "linkerd.io/inject": "Linkerd",
    "consul.hashicorp.com/connect-inject": "Consul",
    "vault.hashicorp.com/agent-inject": "Vault's agent",
    "dapr.io/enabled": "Dapr",
}
OPENTELEMETRY = "instrumentation.opentelemetry.io/inject-"
OFF = frozenset({"", "false", "disabled"})


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report marks by which Istio, Linkerd, Vault and others change pods."""
    for namespace in inventory.objects("Namespace"):
        yield from _findings(label(namespace), namespace["metadata"])
    for obj, _ in migrated_pods(inventory, definition):
        yield from _findings(label(obj), pod_metadata(obj))


def _findings(name: str, metadata: dict[str, Any]) -> Iterator[Finding]:
    marks = {**(metadata.get("labels") or {}), **(metadata.get("annotations") or {})}
    tools = {MARKS[mark] for mark, value in marks.items() if mark in MARKS and str(value) not in OFF}
    if any(mark.startswith(OPENTELEMETRY) and str(value) not in OFF for mark, value in marks.items()):
        tools.add("OpenTelemetry")
    for tool in sorted(tools):
        yield Finding(
            RULE,
            "warning",
            name,
            f"gets containers from {tool}",
            f"install {tool} on the target before the restore, or take the mark off",
        )
