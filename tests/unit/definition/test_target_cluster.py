"""A target cluster is named by a connection, or described so that it can be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.definition import Definition, TargetCluster
from include.errors import DefinitionError
from tests.builders.definitions import definition
from tests.builders.definitions import definition_with_new_cluster as described

Change = Callable[[dict[str, Any]], object]


def test_a_connection_id_names_a_cluster_that_exists() -> None:
    target = definition(lambda document: document["target"].update(cluster="target_cluster")).target
    assert (target.cluster, target.cce_cluster) == ("target_cluster", None)


def test_a_mapping_describes_one_of_cce() -> None:
    cluster = described().target.cce_cluster
    assert isinstance(cluster, TargetCluster)
    assert cluster.endpoint == "internal"
    assert cluster.create is not None
    assert cluster.create.nodes.ssh_key == "operator"


def test_a_recorded_definition_reads_back_the_same() -> None:
    by_connection = definition(lambda document: document["target"].update(cluster="target_cluster"))
    for one in (by_connection, described(), described(lambda cluster: cluster.pop("create"))):
        assert Definition.model_validate(one.model_dump(mode="json", by_alias=True)) == one


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda cluster: cluster.update(name="abc"), "target.cluster.name: 'abc' is not a name CCE takes"),
        (lambda cluster: cluster.update(name="shop-"), "target.cluster.name: 'shop-' is not a name CCE takes"),
        (lambda cluster: cluster.update(name="1shop"), "target.cluster.name: '1shop' is not a name CCE takes"),
        (
            lambda cluster: cluster.update(endpoint="public"),
            "target.cluster.endpoint: 'public' is not known  allowed: internal, external",
        ),
        (
            lambda cluster: cluster.update(endpont="internal"),
            "target.cluster.endpont: unknown field; did you mean endpoint?",
        ),
        (
            lambda cluster: cluster["create"].update(flavor="cce.turbo.small"),
            "target.cluster.create.flavor: 'cce.turbo.small' is not a cluster flavor of CCE",
        ),
        (
            lambda cluster: cluster["create"].update(flavor="cce.s1.xlarge"),
            "target.cluster.create.flavor: 'cce.s1.xlarge' is not a cluster flavor of CCE",
        ),
        (
            lambda cluster: cluster["create"].update(version="1.34"),
            "target.cluster.create.version: '1.34' does not fit  allowed: v and two to four numbers, e.g. v1.34",
        ),
        (
            lambda cluster: cluster["create"].update(containers="10.0.0.1/8"),
            "target.cluster.create.containers: '10.0.0.1/8' is not a range of IPv4",
        ),
        (
            lambda cluster: cluster["create"].update(services="10.0.0.1"),
            "target.cluster.create.services: '10.0.0.1' is not a range of IPv4",
        ),
        (
            lambda cluster: cluster["create"].update(containers="10.0.0.0/8", services="10.247.0.0/16"),
            "target.cluster.create.services: 10.247.0.0/16 overlaps containers, 10.0.0.0/8",
        ),
        (
            lambda cluster: cluster["create"].update(category="Turbo"),
            "target.cluster.create: category Turbo needs container_subnets",
        ),
        (
            lambda cluster: cluster["create"].update(
                category="Turbo", container_subnets=["s"], containers="10.0.0.0/8"
            ),
            "target.cluster.create.containers: is not used by category Turbo",
        ),
        (
            lambda cluster: cluster["create"].update(container_subnets=["s"]),
            "target.cluster.create.container_subnets: is only for category Turbo",
        ),
        (
            lambda cluster: (cluster["create"].update(flavor="cce.s1.small"), cluster["create"]["nodes"].update(count=51)),
            "target.cluster.create.nodes.count: 51 nodes are more than the 50 that flavor cce.s1.small manages",
        ),
        (
            lambda cluster: cluster["create"]["nodes"].update(zones=["eu-de-01", "eu-de-01"]),
            "target.cluster.create.nodes.zones[1]: 'eu-de-01' stands there already",
        ),
        (
            lambda cluster: cluster["create"]["nodes"].pop("ssh_key"),
            "target.cluster.create.nodes.ssh_key: missing: name of the key pair",
        ),
        (
            lambda cluster: cluster["create"]["nodes"].update(system_disk_gib=39),
            "target.cluster.create.nodes.system_disk_gib: 39 is out of range  allowed: greater than or equal to 40",
        ),
    ],
)  # fmt: skip
def test_what_cce_would_refuse_is_refused_with_its_place(change: Change, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        described(change)

    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(problem)


@pytest.mark.parametrize("cluster", [5, None, "target cluster", ["target_cluster"]])
def test_what_is_neither_an_id_nor_a_mapping_is_refused_once(cluster: object) -> None:
    with pytest.raises(DefinitionError) as caught:
        definition(lambda document: document["target"].update(cluster=cluster))

    (problem,) = caught.value.problems
    assert problem.startswith("target.cluster: ")


def test_all_problems_of_a_cluster_are_told_at_once() -> None:
    def change(cluster: dict[str, Any]) -> None:
        cluster.update(name="X", create={"flavor": "large", "nodes": {"count": 0}})

    with pytest.raises(DefinitionError) as caught:
        described(change)

    assert {problem.partition(":")[0] for problem in caught.value.problems} == {
        "target.cluster.name",
        "target.cluster.create.flavor",
        "target.cluster.create.subnet",
        "target.cluster.create.vpc",
        "target.cluster.create.nodes.count",
        "target.cluster.create.nodes.ssh_key",
    }
