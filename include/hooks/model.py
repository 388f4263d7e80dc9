"""Say what a hook is, whoever asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Moment = Literal["before_stop", "after_start"]


@dataclass(frozen=True)
class PodHook:
    """Be a command to run in one pod.

    :param name: tells it apart without its command, which may hold a password.
    :param container: None for the pod's first one.
    """

    name: str
    container: str | None
    command: tuple[str, ...]
    timeout_seconds: float = 30.0
    is_fatal: bool = True
