"""Make random estates: groups of pods, and nodes of a source."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from include.sizing.demand import PodGroup
from include.sizing.model import MIB, Amounts
from include.sizing.offers import NodeFlavor
from include.sizing.shapes import NodeShape
from tests.builders.objects import make

AMOUNTS = st.builds(
    Amounts,
    millicores=st.integers(0, 12_000),
    memory=st.integers(0, 40_000).map(lambda mib: mib * MIB),
    pods=st.just(1),
)
SELECTORS = st.sampled_from([(), (), (), (("disk", "ssd"),), (("kubernetes.io/arch", "arm64"),)])


@st.composite
def pod_groups(draw: st.DrawFn, most: int = 12) -> list[PodGroup]:
    """Draw the workloads of an estate, each under a name of its own."""
    found = []
    for number in range(draw(st.integers(0, most))):
        is_per_node = draw(st.integers(0, 5)) == 0
        count = 0 if is_per_node else draw(st.integers(0, 40))
        found.append(
            PodGroup(
                name=f"Deployment shop/{number}",
                each=draw(AMOUNTS) if not is_per_node else Amounts(draw(st.integers(0, 500)), 0, 1),
                count=count,
                most=count + draw(st.integers(0, 5)),
                selector=() if is_per_node else draw(SELECTORS),
                is_per_node=is_per_node,
            )
        )
    return found


def node(name: str = "n1", cpu: str = "4", memory: str = "16Gi", **labels: str) -> dict[str, Any]:
    """Return a node of a source that offers all it has."""
    has = {"cpu": cpu, "memory": memory, "pods": "110"}
    known = {
        "kubernetes.io/arch": "amd64",
        **{key.replace("__", "/"): value for key, value in labels.items()},
    }
    status = {"capacity": has, "allocatable": has, "nodeInfo": {"kernelVersion": "6.1.0"}}
    return make("v1", "Node", name, metadata={"labels": known}, status=status)


NODES = st.lists(
    st.builds(
        node,
        name=st.uuids().map(str),
        cpu=st.sampled_from(["2", "4", "7910m", "64"]),
        memory=st.sampled_from(["8Gi", "15843708Ki", "256Gi"]),
    ),
    max_size=12,
)


@st.composite
def node_flavors(draw: st.DrawFn) -> list[NodeFlavor]:
    """Draw what a cloud offers: small and odd flavors, some of them for another architecture."""
    shapes = draw(
        st.lists(
            st.builds(NodeShape, vcpus=st.sampled_from([1, 2, 4, 6, 16]), memory_gib=st.integers(1, 96)),
            min_size=1,
            max_size=12,
        )
    )
    return [
        NodeFlavor(shape, f"s{number}", draw(st.sampled_from(["amd64", "amd64", "arm64"])), ("eu-de-01",))
        for number, shape in enumerate(shapes)
    ]
