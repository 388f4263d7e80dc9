"""A cluster that is there is taken only if the estate can live in it."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Any

import pytest
from huaweicloudsdkcce.v3 import ContainerCIDR, ContainerNetwork

from include.definition import TargetCluster
from include.provisioning.fitness import Needs, minor_of, misfits, needs_of
from tests.builders.cce_documents import cluster
from tests.builders.definitions import definition_with_new_cluster
from tests.builders.objects import inventory, make

NEEDS = Needs("v1.34.4", [IPv4Network("10.1.2.3/32"), IPv4Network("10.244.0.0/24")])


def wanted(change: Callable[[dict[str, Any]], object] = lambda cluster: None) -> TargetCluster:
    found = definition_with_new_cluster(change).target.cce_cluster
    assert found is not None
    return found


def create(**fields: Any) -> TargetCluster:
    return wanted(lambda cluster: cluster["create"].update(fields))


def wide() -> ContainerNetwork:
    return ContainerNetwork(
        mode="vpc-router", cidrs=[ContainerCIDR(cidr="172.16.0.0/16"), ContainerCIDR(cidr="10.244.0.0/16")]
    )


@pytest.mark.parametrize(
    ("document", "definition", "words"),
    [
        pytest.param(cluster(), create(), [], id="one that fits"),
        pytest.param(cluster(version="v1.35"), create(), [], id="a newer one"),
        pytest.param(cluster(version="v1.33"), create(), ["older than the source's v1.34.4"], id="an older one"),
        pytest.param(cluster(phase="Unavailable"), create(), ["is Unavailable, not Available"], id="a broken one"),
        pytest.param(
            cluster(container_network=wide()), create(),
            ["range of pods (2), 10.244.0.0/16, holds addresses of the source (10.244.0.0/24)"], id="pods where the source's are",
        ),
        pytest.param(
            cluster(category="Turbo"), create(),
            ["has category Turbo, and target.cluster.create.category says CCE"], id="another category",
        ),
        pytest.param(cluster(), create(vpc="vpc-2"), ["has vpc vpc-1, and target.cluster.create.vpc says vpc-2"], id="another VPC"),
        pytest.param(cluster(), create(containers="172.20.0.0/16"), ["has containers 172.16.0.0/16"], id="another range"),
        pytest.param(cluster(category="Turbo"), wanted(lambda cluster: cluster.pop("create")), [], id="nothing is said of how it is made"),
        pytest.param(
            cluster(phase="Error", version="v1.30"), create(subnet="other"),
            ["is Error", "runs Kubernetes v1.30", "has subnet subnet-1"], id="everything at once",
        ),
    ],
)  # fmt: skip
def test_judges_a_cluster(document: Any, definition: TargetCluster, words: list[str]) -> None:
    found = list(misfits(document, definition, NEEDS))

    assert len(found) == len(words)
    assert all(word in problem for word, problem in zip(words, found, strict=True))


def test_the_needs_of_a_source_are_what_it_certainly_uses() -> None:
    addresses = [{"type": "InternalIP", "address": "10.1.2.3"}]
    needs = needs_of(
        inventory(
            make("v1", "Node", "n1", spec={"podCIDR": "10.244.0.0/24"}, status={"addresses": addresses}),
            make("v1", "Service", "web", spec={"clusterIP": "10.96.0.9"}),
            cluster={"version": "v1.34.4"},
        )
    )

    assert needs.version == "v1.34.4"
    assert list(map(str, needs.addresses)) == ["10.1.2.3/32", "10.96.0.9/32", "10.244.0.0/24"]


@pytest.mark.parametrize(
    ("version", "minor"), [("v1.34.4", (1, 34)), ("v1.9.0-eks", (1, 9)), ("1.30", (1, 30)), ("", (0, 0))]
)
def test_reads_the_minor_of_a_version(version: str, minor: tuple[int, int]) -> None:
    assert minor_of(version) == minor
