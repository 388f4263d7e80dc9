"""Memory of everything the lab runs, Airflow and pods included."""

from __future__ import annotations

import re
from pathlib import Path

from lab.supervision import cgroups

PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def lab_memory_mib() -> float:
    """Add up the proportional set size (shared pages counted once) of the lab's processes, in MiB."""
    return sum(_pss_kib(pid) for pid in cgroups.processes()) / 1024


def _pss_kib(pid: int) -> int:
    try:
        found = PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
    except OSError:  # ended meanwhile
        return 0
    return int(found.group(1)) if found else 0
