"""The whole bill of materials of a realistic estate."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.inventory import load_inventory
from include.sizing import Advice, KnownSize, recommend_target
from tests.builders.estates import estate_run
from tests.conftest import ROOT


@pytest.fixture
def advice(tmp_path: Path) -> dict[str, Advice]:
    run = estate_run(tmp_path)
    rows = recommend_target(
        load_inventory(run.ledger),
        run.definition,
        databases={"shop-orders": KnownSize(38_000_000_000, 200)},
        buckets={},
    )
    return {row.item: row for row in rows}


def test_a_web_shop_s_target(advice: dict[str, Advice]) -> None:
    assert {item: row.value for item, row in advice.items()} == {
        "Type": "CCE Standard",
        "Kubernetes version": "v1.34 or newer",
        "Masters": "cce.s2.small, 3 masters",
        "kube-proxy": "iptables",
        "Availability zones": "masters in 3, nodes in 3",
        "Node shape, pool general": "4 vCPU, 16 GiB (amd64)",
        "Nodes, pool general": "7 nodes",
        "Pods on a node": "at most 60",
        "System disk": "50 GiB each",
        "Data disk": "180 GiB each",
        "Model": "VPC network",
        "VPC range": "192.168.0.0/16",
        "Pods range": "172.16.0.0/16",
        "Services range": "10.0.0.0/16",
        "csi-disk": "360 GiB in 5 volumes",
        "no class yet": "400 GiB in 1 volume",
        "ELB for Services": "2 shared",
        "ELB for Ingress class alb": "1",
        "ELB for Ingress class nginx": "1",
        "SWR organization": "shop",
        "RDS for PostgreSQL, shop-orders": "4 vCPU, 16 GiB, 60 GiB disk, with a standby",
        "RDS for MariaDB, warehouse-stock": "2 vCPU, 4 GiB, 40 GiB disk, with a standby",
        "OBS bucket, product-pictures": "product-pictures",
    }


def test_every_value_has_its_reason(advice: dict[str, Advice]) -> None:
    assert [item for item, row in advice.items() if len(row.reason) < 20] == []


def test_autoscalers_at_their_maximum_have_addresses(advice: dict[str, Advice]) -> None:
    figures = advice["Pods range"].figures

    assert figures["peak_pods"] == 4 + 5 * 7 + 7 + sum((20, 6, 1, 3, 2, 1, 2, 1, 1, 1))
    assert figures["needed"] >= 1.3 * figures["peak_pods"]


def test_the_example_of_the_documents_is_what_is_recommended(advice: dict[str, Advice]) -> None:
    lines = (ROOT / "docs" / "sizing.md").read_text().splitlines()
    rows = [line.split(" | ") for line in lines if line.startswith("| ")]
    told = {row[0].removeprefix("| "): row[1] for row in rows if len(row) == 3}
    told.pop("Item")

    assert told == {item: advice[item].value for item in told}
    assert len(told) == 8
