"""Count the nodes on which pods have room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from include.sizing.demand import PodGroup
from include.sizing.model import Amounts


def nodes_needed(groups: Sequence[PodGroup], room: Amounts) -> int:
    """Return a number of nodes with `room` each on which all pods fit, wherever a scheduler that looks for room starts.

    It is the larger of two layouts: filling one node after another with the pods of all workloads in turn, as a
    scheduler that spreads them does, and first fit decreasing. The first grows with every pod that is added.
    """
    return max(fill_in_turn(groups, room), first_fit_decreasing(groups, room))


def fewest_nodes(total: Amounts, room: Amounts) -> int:
    """Return how many nodes it takes at least, were pods a liquid."""
    pairs = ((total.millicores, room.millicores), (total.memory, room.memory), (total.pods, room.pods))
    return max(-(-need // max(have, 1)) for need, have in pairs)


def fill_in_turn(groups: Sequence[PodGroup], room: Amounts) -> int:
    """Return how many nodes are filled when a node that refused a pod gets no other one."""
    nodes = cpu = memory = pods = 0
    for each in _in_turn(groups):
        if (
            not nodes
            or cpu + each.millicores > room.millicores
            or memory + each.memory > room.memory
            or pods + 1 > room.pods
        ):
            nodes, cpu, memory, pods = nodes + 1, 0, 0, 0
        cpu, memory, pods = cpu + each.millicores, memory + each.memory, pods + 1
    return nodes


def first_fit_decreasing(groups: Sequence[PodGroup], room: Amounts) -> int:
    """Return how many nodes are used when the largest pods come first, each onto the first node with room for it."""
    left: list[Amounts] = []
    for group in sorted(groups, key=lambda one: (-_share(one.each, room), one.name)):
        waiting = group.count
        for place, free in enumerate(left):
            if waiting and free.holds(group.each):
                placed = min(waiting, free.most_of(group.each))
                left[place] = free - group.each * placed
                waiting -= placed
        while waiting > 0:
            placed = min(waiting, room.most_of(group.each))
            left.append(room - group.each * placed)
            waiting -= placed
    return len(left)


def _in_turn(groups: Sequence[PodGroup]) -> Iterator[Amounts]:
    """Yield the first pod of every group, then the second ones, and so on."""
    turn, waiting = 0, sorted(groups, key=lambda group: group.name)
    while waiting := [group for group in waiting if group.count > turn]:
        yield from (group.each for group in waiting)
        turn += 1


def _share(each: Amounts, room: Amounts) -> float:
    return max(
        each.millicores / max(room.millicores, 1), each.memory / max(room.memory, 1), each.pods / room.pods
    )
