"""Find problems between the fields of notifications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from include.definition.problems import Problem


def find_notification_problems(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what no single field of `notifications` can show."""
    listed = document.get("notifications")
    for index, row in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(row, Mapping):
            yield from _recipients(row, index)
            if True in row:
                text = "YAML reads a bare `on` or `yes` as true; the field is called events"
                yield Problem(("notifications", index), text)


def _recipients(row: Mapping[str, Any], index: int) -> Iterator[Problem]:
    place = ("notifications", index, "to")
    if row.get("kind") == "email" and not row.get("to"):
        yield Problem(place, "missing: an e-mail needs at least one recipient")
    if row.get("kind") in {"slack", "webhook"} and row.get("to"):
        yield Problem(place, "is only for kind: email; a webhook's address stands in its connection")
