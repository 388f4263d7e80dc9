"""Plan the admission webhooks that the migrated namespaces serve."""

from __future__ import annotations

from include.inventory.model import label
from include.inventory.store import Inventory
from include.inventory.webhooks import called_services, own_webhooks
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds


def webhook_rows(inventory: Inventory) -> list[PlanItem]:
    """Return a row for each: it is set up last of all, for it refuses writes until its pods answer."""
    return [
        PlanItem(
            key=inventory.key_of(obj),
            phase="cutover",
            kind="webhook",
            source=label(obj),
            target=label(obj),
            action="copy",
            predicted_seconds=predict_seconds("object"),
            details={
                "resource": inventory.resource_of(obj).name,
                "services": called_services(obj, inventory.namespaces),
            },
        )
        for obj in own_webhooks(inventory)
    ]
