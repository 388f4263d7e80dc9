"""What the cloud makes and removes in the lab: parts on order, from the cloud's own process."""

from __future__ import annotations

from lab.lifecycle_parts import bring_up
from lab.registry_of_parts import load_part
from lab.supervision import supervisor


def start_part(name: str) -> None:
    """Bring up a part that was ordered, or what was added to one that runs.

    Raises:
        PartFailedError: it did not become ready.
    """
    bring_up(load_part(name))


def end_part(name: str) -> None:
    """End the programs of a part for good; its files stay."""
    supervisor.forget_programs(name)
