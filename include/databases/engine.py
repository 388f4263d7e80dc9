"""Say what the copy of a database needs from an engine."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from include.connections import DatabaseAccess
from include.databases.fingerprint import Differences, Fingerprint

if TYPE_CHECKING:
    from include.databases.states import CopyState


@dataclass(frozen=True)
class Copied:
    """Say what a copy moved: the fingerprint of the source it moved, how many tables, how many bytes.

    :param position: of the source's log at that moment, where it is another than that of the snapshot.
    :param seen: the target's fingerprint, where it was compared with the source's and nothing had to be moved.
    """

    fingerprint: Fingerprint
    tables: int
    bytes: int
    position: str = ""
    seen: Fingerprint | None = None


class Snapshot(Protocol):
    """Read the source as it was at one moment, while it goes on taking writes."""

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of that moment; what no snapshot covers is read now."""

    def position(self) -> str:
        """Return where the source's log was at that moment; empty where this is not known."""


class DatabaseEngineCopier(Protocol):
    """Copy one database from one server to another of the same engine; what takes long tells by itself how far it is."""

    source: DatabaseAccess
    target: DatabaseAccess
    database: str

    def lock(self) -> AbstractContextManager[None]:
        """Hold a lock on the target server, so that two tries of a task never write at once.

        :raises TemporaryError: when another try holds it for too long.
        """

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a snapshot of the source."""

    def source_size(self) -> int:
        """Return the size of the source in bytes."""

    def target_size(self) -> int:
        """Return the size of the target in bytes, 0 when it does not exist."""

    def target_exists(self) -> bool:
        """Say whether the target server has the database."""

    def target_is_empty(self) -> bool:
        """Say whether the existing target database holds nothing."""

    def target_fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the target as it is now."""

    def copy_all(self, snapshot: Snapshot, mark: Callable[[], None]) -> Copied:
        """Make the target anew from the source.

        `mark` is called as soon as the target database exists, before anything is put into it.
        """

    def copy_changed(self, snapshot: Snapshot, source: Fingerprint, changed: Differences) -> Copied:
        """Copy the changed tables, large objects and sequences again.

        The definitions of both sides are equal when this is called.
        """

    def read_state(self) -> CopyState | None:
        """Return the state that earlier copies left on the target server."""

    def write_state(self, state: CopyState) -> None:
        """Keep the state on the target server."""
