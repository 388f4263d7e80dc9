"""Measure how images get from one registry to another: ours with its proof, against what a user would run."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.image_estate import ImageEstate
from benchmarks.image_tools import TOOLS
from benchmarks.registry_server import registry
from benchmarks.result import Result, beside_peers, size_name
from lab.toxiproxy import Toxiproxy

# A worker beside the source, and a cloud behind a line: each connection gets that much of it.
ROUND_TRIP_MS = 40
MEGABITS = 200
STEPS = ("first", "nothing", "changed")
Times = dict[str, dict[str, list[float]]]


def measure_images(runs: int, estate: ImageEstate, *, is_distant: bool) -> list[Result]:
    """Let every tool copy all images `runs` times, each time into a registry that is new."""
    times: Times = {step: defaultdict(list) for step in STEPS}
    with registry() as source:
        estate.push(source)
        for turn in range(runs):
            _take_turns(estate, source, times, turn, is_distant=is_distant)
    place = "distant" if is_distant else "loopback"
    return [beside_peers(f"images_{step}_{place}_{size_name(estate.bytes)}", times[step]) for step in STEPS]


def _take_turns(estate: ImageEstate, source: str, times: Times, turn: int, *, is_distant: bool) -> None:
    """Measure each step with every tool before the next step: they see the same source."""
    with ExitStack() as stack:
        targets = {name: stack.enter_context(registry()) for name in TOOLS}
        if is_distant:
            targets = _behind_a_line(stack, targets)

        def all_tools(step: str) -> None:
            for name, tool in TOOLS.items():
                seconds = _seconds(lambda tool=tool, name=name: tool(source, targets[name], estate.names))
                times[step][name].append(seconds)
                print(f"{step}, {name}: {seconds:.1f} s", flush=True)

        all_tools("first")
        all_tools("nothing")
        estate.change(source, version=turn + 2)
        all_tools("changed")


def _behind_a_line(stack: ExitStack, targets: dict[str, str]) -> dict[str, str]:
    proxy = stack.enter_context(Toxiproxy())
    lines = {name: proxy.link(address) for name, address in targets.items()}
    for line in lines.values():
        line.delay(ROUND_TRIP_MS)
        line.narrow(MEGABITS)
    return {name: line.address for name, line in lines.items()}


def _seconds(action: Callable[[], None]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started
