from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography import x509

from lab.clusters.addons import addon_manifests
from lab.clusters.kubeconfig import write_kubeconfig
from lab.clusters.pull_secrets import swr_login
from lab.clusters.settings import SOURCE_CLUSTER, TARGET_CLUSTER


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
    classes = [item for item in addon_manifests(TARGET_CLUSTER) if item["kind"] == "StorageClass"]
    assert [item["metadata"]["name"] for item in classes] == ["csi-disk", "csi-nas", "csi-obs"]
    default = "storageclass.kubernetes.io/is-default-class"
    assert [item["metadata"]["name"] for item in classes if default in item["metadata"]["annotations"]] == [
        "csi-disk"
    ]


def test_the_login_of_swr_is_derived_from_the_keys() -> None:
    user, password = swr_login("AK", "SK")
    assert user == "eu-de@AK"
    assert len(password) == 64
