"""Say what is asked of whoever keeps the zone of a DNS name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from include.zones.records import RecordSet


class Zone(Protocol):
    """Read and replace what one DNS name holds."""

    # How a reading is told as a proof.
    method: str

    def read(self) -> list[RecordSet]:
        """Return what the name holds.

        :raises TemporaryError: when nobody answers: an empty answer would be taken for an empty name.
        """

    def write(self, records: list[RecordSet]) -> None:
        """Replace what the name holds; safe to repeat. Returns when `read` tells it.

        :raises PermanentError: when it is refused.
        """

    def find_problems(self) -> Iterator[str]:
        """Yield what keeps the name from being changed; change nothing."""
