from __future__ import annotations

from typing import Any

import pytest

from include.errors import ClusterForbiddenError
from include.inventory.dns_settings import dns_settings, read_dns_settings
from tests.builders.objects import MemoryCluster, make

PLAIN = """
.:53 {
    errors
    health { lameduck 5s }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    cache 30
}
"""


@pytest.mark.parametrize(
    ("key", "text", "domains", "plugins"),
    [
        pytest.param("Corefile", PLAIN, {}, [], id="as every cluster has it"),
        pytest.param(
            "Corefile",
            PLAIN
            + "corp.example.com:53 lan:53 {\n  errors\n  forward . 10.0.0.2 10.0.0.3 { force_tcp }\n}\n",
            {"corp.example.com": ["10.0.0.2", "10.0.0.3"], "lan": ["10.0.0.2", "10.0.0.3"]},
            [],
            id="two domains of the company",
        ),
        pytest.param(
            "corp.server",
            "corp.example.com {\n    forward corp.example.com 10.0.0.2 # the old one\n}",
            {"corp.example.com": ["10.0.0.2"]},
            [],
            id="AKS",
        ),
        pytest.param("stubDomains", '{"acme.local": ["1.2.3.4"]}', {"acme.local": ["1.2.3.4"]}, [], id="GKE"),
        pytest.param("stubDomains", "{", {}, [], id="what is no JSON"),
        pytest.param(
            "Corefile",
            ".:53 {\n  hosts {\n    10.1.2.3 db.corp\n    fallthrough\n  }\n  rewrite name a.lab b.lab\n  forward . 8.8.8.8\n}",
            {},
            ["hosts", "rewrite"],
            id="names of its own",
        ),
    ],
)
def test_what_dns_is_told_is_read(key: str, text: str, domains: dict[str, Any], plugins: list[str]) -> None:
    assert dns_settings(key, text) == {"domains": domains, "plugins": plugins}


def test_all_places_are_read_together() -> None:
    corefile = "lan {\n forward . 10.0.0.2\n}"
    cluster = MemoryCluster(
        "source",
        make("v1", "ConfigMap", "coredns", namespace="kube-system", data={"Corefile": PLAIN}),
        make("v1", "ConfigMap", "coredns-custom", namespace="kube-system", data={"lan.server": corefile}),
    )

    assert read_dns_settings(cluster) == {"domains": {"lan": ["10.0.0.2"]}, "plugins": []}  # type: ignore[arg-type]


def test_a_source_that_does_not_let_it_be_read_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Closed(MemoryCluster):
        def find(self, path: str, **parameters: Any) -> None:
            raise ClusterForbiddenError("configmaps kube-system/coredns: forbidden", status=403)

    assert read_dns_settings(Closed("source")) == {"domains": {}, "plugins": []}  # type: ignore[arg-type]
    assert "cannot be read: configmaps kube-system/coredns" in caplog.text
