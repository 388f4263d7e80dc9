"""Sign evidence by Ed25519: with the key of a connection, or with one that the migration's own password makes."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.errors import ConnectionDetailsError
from include.evidence.verify import fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from include.run import MigrationRun

DOCUMENT = "evidence/key"
SEED_BYTES = 32
OWN = "made from the password of volumes.repository"
PASSING = "made for this bundle alone"


@dataclass(frozen=True)
class SigningKey:
    """Hold a private key, which no text of this object shows.

    :param origin: where it comes from, for people.
    """

    private: Ed25519PrivateKey = field(repr=False)
    origin: str

    @property
    def public_pem(self) -> bytes:
        """Return the public key in PEM form."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def fingerprint(self) -> str:
        """Return the sha256 of the public key, in hexadecimal."""
        return fingerprint(self.public_pem)

    def sign(self, content: bytes) -> bytes:
        """Return the 64 bytes of the signature; the same content gets the same one."""
        return self.private.sign(content)


def signing_key(run: MigrationRun) -> SigningKey:
    """Return the key that signs a run's evidence: the definition's, or the migration's own, the same in all its runs.

    An assessment may lack the repository's password: its bundle is signed by a key that nobody keeps.

    :raises ConnectionDetailsError: when the definition names a connection that holds no Ed25519 key.
    """
    connection = run.definition.evidence.key
    if connection is not None:
        return SigningKey(
            _read_key(connection, run.connections.password(connection)), f"connection {connection}"
        )
    try:
        password = run.connections.password(run.definition.volumes.repository)
    except ConnectionDetailsError:
        return SigningKey(_from_seed(secrets.token_bytes(SEED_BYTES)), PASSING)
    purpose = f"evidence of migration {run.definition.name}"
    return SigningKey(_from_seed(hmac.digest(password.encode(), purpose.encode(), "sha256")), OWN)


def note_key(run: MigrationRun) -> SigningKey:
    """Write to the ledger which public key signs, so that the report tells it; return the key."""
    key = signing_key(run)
    run.ledger.write(
        DOCUMENT,
        {"fingerprint": key.fingerprint, "public_key": key.public_pem.decode(), "origin": key.origin},
    )
    return key


def _from_seed(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def _read_key(connection: str, text: str) -> Ed25519PrivateKey:
    """Read a private key in PEM form, or the base64 of its 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if "-----BEGIN" not in text:
            return _from_seed(base64.b64decode(text, validate=True))
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        # Without the cause: its text may show what the connection holds.
        raise ConnectionDetailsError(
            f"connection {connection}: its password is no Ed25519 private key; "
            "make one by `openssl genpkey -algorithm ed25519`, and put the PEM text there, without a passphrase",
            connection_id=connection,
        ) from None
    return key
