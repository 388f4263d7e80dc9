"""The format of a measurement, and the machine it was made on."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from include.progress import readable_bytes

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Result:
    """One measured thing: our values, and each peer's, all from one run on one machine."""

    name: str
    unit: str
    ours: list[float]
    peers: dict[str, list[float]] = field(default_factory=dict)

    def write(self) -> Path:
        """Write the result as design section 9 lays it down and give its path."""
        best = min((median(values) for values in self.peers.values()), default=None)
        document = {
            "name": self.name,
            "unit": self.unit,
            "machine": machine(),
            "ours": spread(self.ours),
            "peers": {peer: spread(values) for peer, values in self.peers.items()},
            "ratio_to_best_peer": round(median(self.ours) / best, 3) if best else None,
        }
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(document, indent=2) + "\n")
        return path


def beside_peers(name: str, times: dict[str, list[float]]) -> Result:
    """Return the result of our seconds beside those of the other tools.

    :param times: tool -> its seconds; ours are called `ours`.
    """
    return Result(
        name, "seconds", times["ours"], {tool: seen for tool, seen in times.items() if tool != "ours"}
    )


def size_name(size: float) -> str:
    """Return an amount of data as a part of a result's name, e.g. `3GB`: a result says what it was measured with."""
    return readable_bytes(size).replace(" ", "")


def spread(values: list[float]) -> dict[str, float]:
    return {"min": round(min(values), 2), "median": round(median(values), 2), "max": round(max(values), 2)}


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {kernel}"
