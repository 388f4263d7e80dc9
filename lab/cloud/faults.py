"""Faults on request: what the next calls of an operation get instead of, or on top of, their answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

THROTTLED = "throttled"
BROKEN = "broken"
HTML = "html"
SLOW = "slow"
FAILS = "fails"
NEVER_ARRIVES = "never arrives"
KINDS = (THROTTLED, BROKEN, HTML, SLOW, FAILS, NEVER_ARRIVES)


@dataclass
class Fault:
    """A fault of the next `calls` calls of an operation; `seconds` is for those that have any."""

    operation: str
    kind: str
    calls: int = 1
    seconds: float = 1

    def __post_init__(self) -> None:
        """Refuse what is no fault.

        Raises:
            ValueError: the kind is unknown; the text names those that are.
        """
        if self.kind not in KINDS:
            raise ValueError(f"a fault is one of {', '.join(KINDS)}")


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault wait for its calls."""
        with self._lock:
            self._waiting.append(fault)

    def forget(self) -> None:
        """Forget all that wait."""
        with self._lock:
            self._waiting.clear()

    def take(self, operation: str) -> Fault | None:
        """Return the fault that this call gets, if there is one."""
        with self._lock:
            for fault in self._waiting:
                if fault.operation == operation and fault.calls > 0:
                    fault.calls -= 1
                    return fault
        return None

    def as_documents(self) -> list[dict[str, Any]]:
        """Return those that still wait."""
        with self._lock:
            return [vars(fault).copy() for fault in self._waiting if fault.calls > 0]
