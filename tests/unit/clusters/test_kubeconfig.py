"""A kubeconfig's current context becomes a login, or an error without its secrets."""

from __future__ import annotations

import base64
import datetime as dt
import ssl

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from include.clusters.kubeconfig import read_login, tls_context
from include.connections import ClusterAccess
from include.errors import ConnectionDetailsError
from tests.builders.connections import kubeconfig


def access(text: str) -> ClusterAccess:
    return ClusterAccess(name="target", kubeconfig=text)


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def certificate_and_key() -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "admin")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start.replace(year=2036))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate, private


def test_a_client_certificate_is_loaded_and_no_file_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    certificate, key = certificate_and_key()
    user = {"client-certificate-data": encoded(certificate), "client-key-data": encoded(key)}
    here = access(kubeconfig(**user))

    context = tls_context(here, read_login(here))

    assert context.verify_mode == ssl.CERT_NONE
    assert list(folder.iterdir()) == []
    assert "PRIVATE KEY" not in repr(read_login(here))


def test_a_key_of_another_certificate_is_refused() -> None:
    certificate, other_key = certificate_and_key()[0], certificate_and_key()[1]
    user = {"client-certificate-data": encoded(certificate), "client-key-data": encoded(other_key)}
    here = access(kubeconfig(**user))

    with pytest.raises(ConnectionDetailsError, match="certificate and key do not fit together"):
        tls_context(here, read_login(here))


def test_the_authority_is_trusted_and_hosts_are_checked() -> None:
    certificate, _ = certificate_and_key()
    config = yaml.safe_load(kubeconfig())
    config["clusters"][0]["cluster"] = {
        "server": "https://api.test:6443",
        "certificate-authority-data": encoded(certificate),
    }
    here = access(yaml.safe_dump(config))

    context = tls_context(here, read_login(here))

    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert len(context.get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("a: [", "it is not YAML", id="not YAML"),
        pytest.param("just text", "it is not a mapping", id="not a mapping"),
        pytest.param("kind: Config\n", "current-context is empty", id="no context"),
        pytest.param(
            kubeconfig().replace("name: here", "name: there"), "clusters has no entry 'here'", id="no cluster"
        ),
        pytest.param(kubeconfig(exec={"command": "aws"}), "logs in through a plugin", id="plugin"),
        pytest.param(
            kubeconfig(**{"client-key-data": "%%%"}), "client-key-data is not base64 of a PEM", id="no base64"
        ),
        pytest.param(
            kubeconfig(**{"client-key": "/nowhere"}), "client-key names /nowhere", id="a file elsewhere"
        ),
    ],
)
def test_an_unusable_kubeconfig_says_what_is_missing(text: str, problem: str) -> None:
    with pytest.raises(ConnectionDetailsError) as caught:
        read_login(access(text))

    assert str(caught.value).startswith("kubeconfig of the target cluster: ")
    assert problem in str(caught.value)
