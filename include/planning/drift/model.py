"""Shape one change of the source since its inventory was taken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.ledger.records import Record

What = Literal["new", "gone", "changed"]


class Change(Record):
    """Say what became of one thing of the source.

    `details` name the places that changed, with their values where these are nothing to hide; of a Secret they name the keys.
    """

    object: str = Field(min_length=1, description="e.g. Deployment shop/web, image …, volume shop/uploads")
    what: What
    details: tuple[str, ...] = ()

    def text(self) -> str:
        """Return e.g. `changed: Deployment shop/web (spec.replicas: was 2, is 3)`."""
        more = f" ({'; '.join(self.details)})" if self.details else ""
        return f"{self.what}: {self.object}{more}"


def union(*groups: list[Change]) -> list[Change]:
    """Return the changes of all groups, each once, in the order of the groups."""
    return list(dict.fromkeys(change for group in groups for change in group))
