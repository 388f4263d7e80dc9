"""HorizontalPodAutoscalers that need metrics."""

from __future__ import annotations

from collections.abc import Iterator

from include.definition import Definition
from include.inventory.model import Finding, label
from include.inventory.store import Inventory

RULE = "autoscaler_metrics"
SEVERITIES = ("warning", "info")
WHY = "CCE has no metrics before an add-on delivers them: until then nothing scales, whatever the load."


def find(inventory: Inventory, definition: Definition) -> Iterator[Finding]:
    """Report autoscalers, whose metrics the target's add-ons have to deliver."""
    for scaler in inventory.objects("HorizontalPodAutoscaler"):
        sources = sorted({
            metric.get("type", "?") for metric in (scaler.get("spec") or {}).get("metrics") or []
        })
        own = [source for source in sources if source not in {"Resource", "ContainerResource"}]
        yield Finding(
            RULE,
            "warning" if own else "info",
            label(scaler),
            f"scales by {', '.join(sources) or 'CPU'} metrics",
            "install the metrics-server add-on" + (" and an adapter for the custom metrics" if own else ""),
        )
