"""Plan the rows that follow from the definition alone."""

from __future__ import annotations

from include.definition import Definition
from include.planning.model import PlanItem
from include.planning.rates import predict_seconds


def fixed_rows(definition: Definition) -> list[PlanItem]:
    """Return the rows of Velero's two installations, the checks and the front door."""
    return [*_velero_rows(definition), *_check_rows(definition), _endpoint_row(definition)]


def _velero_rows(definition: Definition) -> list[PlanItem]:
    return [
        PlanItem(
            key=f"velero/{side}",
            phase="velero_install",
            kind="velero",
            source=f"Velero on the {side} cluster",
            target=f"bucket {definition.velero.bucket}",
            action="install",
            predicted_seconds=predict_seconds("velero"),
            details={"side": side},
        )
        for side in ("source", "target")
    ]


def _check_rows(definition: Definition) -> list[PlanItem]:
    return [
        PlanItem(
            key=f"check/{check.name}",
            phase="verification",
            kind="check",
            source=f"check: {check.name}",
            target=check.method,
            action="verify",
            predicted_seconds=predict_seconds("check"),
            details={"name": check.name},
        )
        for check in definition.checks
    ]


def _endpoint_row(definition: Definition) -> PlanItem:
    record, service = definition.front_door.name, definition.front_door.service
    return PlanItem(
        key=f"endpoint/{record}",
        phase="cutover",
        kind="endpoint",
        source=f"{record} -> Service {service} of the source cluster",
        target=f"{record} -> Service {service} of the target cluster",
        action="switch",
        predicted_seconds=predict_seconds("endpoint"),
        details={"record": record, "service": service},
    )
