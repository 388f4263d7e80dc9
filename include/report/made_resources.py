"""Name in the report what a run that did not succeed has made in the target cloud: nothing is left there silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.ledger import Ledger
from include.provisioning.orders import MadeResource, made_resources

RULE = "made_by_this_run"


def made_findings(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield a warning for each thing that the run made, or may have made, in the target cloud."""
    for made in made_resources(ledger):
        yield {
            "rule": RULE,
            "severity": "warning",
            "object": made.label,
            "message": _message(made),
            "remedy": f"delete it with {made.removal}, or keep it: the next run takes it",
            "why": "what stands in the cloud costs money, whether anybody uses it or not",
            "handled_by": None,
        }


def _message(made: MadeResource) -> str:
    if made.id is None:
        return f"may have been made by this run at {made.when}, which was stopped while it ordered it ({made.place})"
    return f"was made by this run at {made.when}, id {made.id} ({made.place})"
