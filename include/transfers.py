"""Wait for what a service of the cloud does by itself, with a line at least every ten seconds; remember what it has done."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from include.errors import NeverReadyError
from include.ledger import Ledger, safe_key
from include.ledger.records import now
from include.progress import readable_seconds

logger = logging.getLogger(__name__)
POLL_SECONDS = 4.0
# With the time between two looks it makes a line at least every ten seconds.
SECONDS_BETWEEN_LINES = 5.0
FOLDER = "transfers"


@dataclass(frozen=True)
class Look:
    """Tell what was seen of a transfer: its state in the service's own word, and how far it is, for people."""

    state: str
    is_over: bool
    progress: str = ""

    @property
    def text(self) -> str:
        """Return the state, with how far it is."""
        return ", ".join(filter(None, (self.state, self.progress)))


def await_transfer(label: str, look: Callable[[], Look], longest_seconds: float) -> str:
    """Return the last state of a transfer, good or bad.

    :param label: what is waited for and where, for texts.
    :param longest_seconds: how long it may take from now on.
    :raises NeverReadyError: when it is not over by then; it goes on, and a retry finds it.
    """
    started = time.monotonic()
    last_line = started - SECONDS_BETWEEN_LINES
    while True:
        seen, moment = look(), time.monotonic()
        if seen.is_over or moment - last_line >= SECONDS_BETWEEN_LINES:
            last_line = moment
            logger.info("%s: %s, %s", label, seen.text, readable_seconds(moment - started))
        if seen.is_over:
            return seen.state
        if moment - started >= longest_seconds:
            raise NeverReadyError(
                f"{label}: is not over after {readable_seconds(moment - started)}, last seen: {seen.text}; look at it in the "
                "console, then clear this task to wait on, or raise longest_hours",
                resource=label,
            )
        time.sleep(POLL_SECONDS)


def note_transferred(ledger: Ledger, key: str) -> None:
    """Write down that a transfer into this target is complete: from here on only changes are copied."""
    ledger.write(f"{FOLDER}/{safe_key(key)}", {"key": key, "transferred": now()})


def was_transferred(ledger: Ledger, key: str) -> bool:
    """Say whether this run has seen a transfer complete."""
    return ledger.exists(f"{FOLDER}/{safe_key(key)}")
