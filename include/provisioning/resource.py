"""Say what a thing of the target cloud has to know of itself, to be found, judged, ordered and waited for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Found:
    """Tell what the API shows of a thing.

    :param state: in the API's own word.
    :param owner: name of the migration that its tag carries, empty when it carries none; None where the API keeps no tags.
    :param facts: the API's own answer, for `misfits` and `is_ready`.
    """

    id: str
    state: str
    owner: str | None
    facts: Any = None


class Orderable(Protocol):
    """Be something of the target cloud that costs money once it is ordered."""

    @property
    def key(self) -> str:
        """Return the key of its row in the plan, e.g. `cluster/shop-target`."""

    @property
    def kind(self) -> str:
        """Return what it is, in a word for texts, e.g. `cluster`."""

    @property
    def name(self) -> str:
        """Return the name by which it is found."""

    @property
    def place(self) -> str:
        """Return where it lies, for texts: the connection, the cloud and the region."""

    @property
    def removal(self) -> str:
        """Return how a person deletes it, for texts that begin with `delete it with`."""


class Resource(Orderable, Protocol):
    """Be one thing of the target cloud, such as a cluster. Each call asks the API anew."""

    @property
    def longest_seconds(self) -> float:
        """Return how long it may take to become ready."""

    def find(self) -> Found | None:
        """Return what there is of this name, or None."""

    def misfits(self, found: Found) -> list[str]:
        """Return why a thing that somebody else made cannot be taken, each with its remedy; nothing when it fits.

        Its size is never changed: one that is too small is a misfit.
        """

    def order(self) -> str:
        """Order it as the plan says, tagged with the migration's name where the API keeps tags; return its id.

        :raises CloudConflictError: when there is one of this name: another try was quicker.
        """

    def is_ready(self, found: Found) -> bool:
        """Say whether it can be used.

        :raises ResourceFailedError: when it never will.
        :raises ResourceSoldOutError: when the cloud has none left.
        """
