"""Our side of the measurement of images: plan, copy and prove a list of images, in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.our_run import our_run
from include.images import copy_images, prove_images
from include.inventory.model import ImageUse
from include.planning.image_rows import image_rows
from include.planning.model import Plan, save_plan

ORGANIZATION = "bench"


def copy(source: str, target: str, names: list[str], folder: Path) -> int:
    """Return how many images are proved equal.

    :param source: `host:port` of the source registry; `target` likewise.
    :param folder: for the ledger, a new one for each run.
    """
    images = {"sources": {source: "source"}, "target": {"connection": "target", "organization": ORGANIZATION}}
    connections = {"source": _registry(source), "target": _registry(target)}
    run = our_run(folder, connections, images=images)
    wanted = [ImageUse(f"{source}/{name}", None, ("the benchmark",)) for name in names]
    rows = [row for row in image_rows(run, wanted) if row.source.startswith(source)]
    save_plan(run.ledger, Plan(items=rows))
    keys = [row.key for row in rows]
    copy_images(run, keys)
    return prove_images(run, keys)


def _registry(address: str) -> dict[str, Any]:
    # the registries of the benchmark ask nobody for a login; the connection has to name one
    return {
        "conn_type": "docker",
        "host": address,
        "login": "nobody",
        "password": "nothing",
        "extra": {"scheme": "http"},
    }


if __name__ == "__main__":
    task = json.loads(sys.stdin.read())
    proved = copy(task["source"], task["target"], task["names"], Path(task["folder"]))
    if proved != len(task["names"]):
        raise SystemExit(f"{proved} of {len(task['names'])} images are proved")
