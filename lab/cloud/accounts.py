"""Who may call the cloud: access keys, and the one project they are for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_WRONG = 5
_LOCK_SECONDS = 300


@dataclass(frozen=True)
class AccessKey:
    """An access key with its secret."""

    secret: str = field(repr=False)
    enabled: bool = True


@dataclass(frozen=True)
class Account:
    """An account with one project in one region."""

    project: str
    domain: str
    region: str
    keys: dict[str, AccessKey] = field(repr=False)

    @property
    def project_name(self) -> str:
        """Return the name of the project: a region's first one has the region's."""
        return self.region


class Locks:
    """Locks a key for five minutes after more than five wrong signatures in a row, as the gateway does."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._wrong: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def is_locked(self, access_key: str) -> bool:
        """Say whether the key is locked now."""
        return self._now() < self._until.get(access_key, 0)

    def note_wrong(self, access_key: str) -> None:
        """Note a wrong signature."""
        self._wrong[access_key] = self._wrong.get(access_key, 0) + 1
        if self._wrong[access_key] > _MOST_WRONG:
            self._until[access_key] = self._now() + _LOCK_SECONDS
            self._wrong[access_key] = 0

    def note_right(self, access_key: str) -> None:
        """Note a right signature."""
        self._wrong.pop(access_key, None)
