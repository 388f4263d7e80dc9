"""Read the hooks that Velero's users write on pods: velero.io/docs/v1.18/backup-hooks and restore-hooks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from include.hooks.model import Moment, PodHook

# The first is an older way to write the second.
PREFIXES: dict[Moment, tuple[str, ...]] = {
    "before_stop": ("hook.backup.velero.io", "pre.hook.backup.velero.io", "post.hook.backup.velero.io"),
    "after_start": ("post.hook.restore.velero.io",),
}
# Velero adds a container of this description to the pods it restores; here, workloads make the pods.
INIT_PREFIX = "init.hook.restore.velero.io"
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")


def annotated_hooks(metadata: Mapping[str, Any], moment: Moment) -> Iterator[PodHook]:
    """Yield the hooks of a pod, or of a pod template, in the order they run."""
    annotations = metadata.get("annotations") or {}
    for prefix in PREFIXES[moment]:
        if annotations.get(f"{prefix}/command"):
            yield _hook(prefix, annotations)


def _hook(prefix: str, annotations: Mapping[str, str]) -> PodHook:
    timeout = annotations.get(f"{prefix}/timeout") or annotations.get(f"{prefix}/exec-timeout")
    return PodHook(
        name=f"{prefix}/command",
        container=annotations.get(f"{prefix}/container"),
        command=_command(annotations[f"{prefix}/command"]),
        timeout_seconds=_seconds(timeout),
        is_fatal=annotations.get(f"{prefix}/on-error") != "Continue",
    )


def _command(text: str) -> tuple[str, ...]:
    """Take a JSON list of words, or the name of a single program."""
    try:
        words = json.loads(text)
    except ValueError:
        words = None
    return tuple(map(str, words)) if isinstance(words, list) and words else (text,)


def _seconds(text: str | None) -> float:
    """Read a duration of Go, e.g. `1m30s`; what is none counts as Velero's default of 30 s."""
    parts = DURATION.findall(text or "")
    return sum(float(amount) * UNITS[unit] for amount, unit in parts) or 30.0
