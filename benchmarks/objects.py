"""Measure how a bucket gets to another store: ours with its proof, against what a user would run."""

from __future__ import annotations

import time
from collections import defaultdict

from benchmarks.object_data import Objects
from benchmarks.object_server import object_store
from benchmarks.object_tools import TOOLS, clean
from benchmarks.result import Result, beside_peers, size_name

STEPS = ("first", "nothing")


def measure_objects(runs: int, objects: Objects) -> list[Result]:
    """Let every tool copy all objects `runs` times, each time into a store that is new."""
    times: dict[str, dict[str, list[float]]] = {step: defaultdict(list) for step in STEPS}
    with object_store() as source:
        objects.put(source)
        for _ in range(runs):
            for name, tool in TOOLS.items():
                bucket = f"bench-{name.split()[0]}"
                with object_store() as target:
                    target.client().create_bucket(Bucket=bucket)
                    for step in STEPS:
                        started = time.monotonic()
                        tool(source, target, bucket)
                        times[step][name].append(time.monotonic() - started)
                        print(f"{step}, {name}: {times[step][name][-1]:.1f} s", flush=True)
                clean(bucket)
    size = size_name(objects.bytes)
    return [beside_peers(f"objects_{step}_loopback_{size}", times[step]) for step in STEPS]
