"""Convert admission webhooks of admissionregistration.k8s.io/v1beta1."""

from __future__ import annotations

from typing import Any

from include.errors import PermanentError
from include.inventory.model import label

ADMISSION = "admissionregistration.k8s.io/v1"
# What v1beta1 took for granted, and v1 does not.
DEFAULTS: dict[str, Any] = {
    "failurePolicy": "Ignore",
    "matchPolicy": "Exact",
    "timeoutSeconds": 30,
    "admissionReviewVersions": ["v1beta1"],
}
KNOWN_EFFECTS = frozenset({"None", "NoneOnDryRun"})


def _webhooks(obj: dict[str, Any]) -> None:
    """Write the former defaults out.

    :raises PermanentError: when a webhook does not say what else it does than answer: v1 takes `Unknown` no longer.
    """
    for webhook in obj.get("webhooks") or []:
        if webhook.get("sideEffects") not in KNOWN_EFFECTS:
            raise PermanentError(
                f"{label(obj)}, source cluster: webhook {webhook.get('name')} has sideEffects "
                f"{webhook.get('sideEffects', 'Unknown')}, which {ADMISSION} refuses; set it to None or NoneOnDryRun on the source"
            )
        for name, value in DEFAULTS.items():
            webhook.setdefault(name, value)


CONVERSIONS = {
    ("admissionregistration.k8s.io/v1beta1", kind): (ADMISSION, _webhooks)
    for kind in ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
}
