from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509

from lab.addresses import SOURCE
from lab.clusters import order
from lab.clusters.addons import addon_manifests
from lab.clusters.kubeconfig import write_kubeconfig
from lab.clusters.node import reserved
from lab.clusters.pull_secrets import swr_login
from lab.clusters.settings import SOURCE_CLUSTER, NodeSettings, target_cluster


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("lab.paths.DATA", tmp_path / "data")
    monkeypatch.setattr("lab.paths.RUN", tmp_path / "run")


def test_each_cluster_has_an_authority_of_its_own_and_keeps_its_certificates(tmp_path: Path) -> None:
    SOURCE_CLUSTER.make_certificates()
    before = SOURCE_CLUSTER.certificate("admin").certificate.read_bytes()
    SOURCE_CLUSTER.make_certificates()
    assert SOURCE_CLUSTER.certificate("admin").certificate.read_bytes() == before
    certificate = x509.load_pem_x509_certificate(
        SOURCE_CLUSTER.certificate("api-server").certificate.read_bytes()
    )
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "198.18.1.10" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]


def test_keys_and_kubeconfigs_are_for_their_owner_only(tmp_path: Path) -> None:
    SOURCE_CLUSTER.make_certificates()
    pair = SOURCE_CLUSTER.certificate("admin")
    path = tmp_path / "kubeconfig"
    authority = SOURCE_CLUSTER.authority.certificate
    write_kubeconfig(path, cluster="source", server="https://x", authority=authority, user="admin", pair=pair)
    assert path.stat().st_mode & 0o777 == 0o600
    assert pair.key.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["current-context"] == "source"


def test_the_target_has_the_storage_classes_of_cce_and_one_default() -> None:
    classes = [item for item in addon_manifests(target_cluster()) if item["kind"] == "StorageClass"]
    assert [item["metadata"]["name"] for item in classes] == ["csi-disk", "csi-nas", "csi-obs"]
    default = "storageclass.kubernetes.io/is-default-class"
    assert [item["metadata"]["name"] for item in classes if default in item["metadata"]["annotations"]] == [
        "csi-disk"
    ]


def test_the_login_of_swr_is_derived_from_the_keys() -> None:
    user, password = swr_login("AK", "SK")
    assert user == "eu-de@AK"
    assert len(password) == 64


def test_a_target_that_was_ordered_has_the_nodes_and_ranges_of_the_order(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    order.save(order.Order("198.19.128.0/20", "198.19.240.0/20"))
    assert target_cluster().nodes == ()
    assert order.Order().free_machines() == ["target-node-1", "target-node-2", "target-node-3"]
    taint = {"key": "only", "value": "shop", "effect": "NoSchedule"}
    wanted = order.OrderedNode("target-node-2", "s3.large.2", 2000, 4096, "eu-de-01", {"a": "b"}, (taint,))
    order.save(order.load().with_nodes((wanted,)))  # type: ignore[union-attr]
    settings = target_cluster()
    (node,) = settings.nodes
    assert (node.name, node.machine.address, node.taints) == ("target-node-2", "198.18.2.11", (taint,))
    assert ("node.kubernetes.io/instance-type", "s3.large.2") in node.labels
    assert ("a", "b") in node.labels
    assert settings.addresses.pods_of(node.machine) == "198.19.132.0/22"
    assert settings.dns_service == "198.19.240.10"
    assert order.load().free_machines() == ["target-node-1", "target-node-3"]  # type: ignore[union-attr]
    order.forget()
    assert order.load() is None


def test_a_node_keeps_from_its_pods_what_its_flavor_has_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.clusters.node.machine_size", lambda: (8000, 24000))
    whole, small = NodeSettings(SOURCE.master, ()), NodeSettings(SOURCE.master, (), (), 2000, 4096)
    assert reserved(whole) == {}
    assert reserved(small) == {"cpu": "6000m", "memory": "19904Mi"}
