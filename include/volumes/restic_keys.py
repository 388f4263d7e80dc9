"""Open and seal key files of a restic repository: each holds the repository's master keys, encrypted for one password.

The format is that of restic's design document, "Keys, Encryption and MAC": scrypt of the password gives a key of AES-256 in
counter mode and one of Poly1305-AES; the name of a key file is the SHA-256 of its text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from include.errors import PermanentError

SALT_BYTES = 64
NONCE_BYTES = TAG_BYTES = 16
# What restic makes (60 MiB of memory at the most), and room for repositories of others.
MOST_MEMORY = 256 * 1024 * 1024
# scrypt makes guessing a password slow. One of 256 random bits cannot be guessed, so opening it may be quick.
QUICK = {"kdf": "scrypt", "N": 2, "r": 1, "p": 1}

Document = dict[str, Any]


@dataclass(frozen=True)
class _Keys:
    """Encrypt and authenticate with what was derived from a password."""

    encryption: bytes
    mac_k: bytes
    mac_r: bytes

    def crypt(self, nonce: bytes, text: bytes) -> bytes:
        """Encrypt, or decrypt."""
        return Cipher(algorithms.AES(self.encryption), modes.CTR(nonce)).encryptor().update(text)

    def tag(self, nonce: bytes, text: bytes) -> bytes:
        """Return what authenticates an encrypted text."""
        # The first block of a counter is the nonce itself, encrypted: what Poly1305-AES asks for.
        block = Cipher(algorithms.AES(self.mac_k), modes.CTR(nonce)).encryptor().update(bytes(NONCE_BYTES))
        return Poly1305.generate_tag(self.mac_r + block, text)


def open_key(document: Document, password: str) -> bytes | None:
    """Return the master keys as restic writes them down, or None when the password is another one.

    :raises PermanentError: when this is no key file that we know.
    """
    try:
        return _open(document, password)
    except (KeyError, TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise PermanentError(
            f"a key file of the volumes' repository cannot be read ({error}); look with `restic key list` whether the repository is whole"
        ) from error


def seal_key(master: bytes, password: str, labels: Document) -> tuple[str, bytes]:
    """Return id and text of a key file that opens quickly.

    :param password: at least 256 random bits: nothing slows down who guesses it.
    :param labels: `created`, `username` and `hostname`, which `restic key list` shows.
    """
    document = {**labels, **QUICK, "salt": _text(os.urandom(SALT_BYTES))}
    keys, nonce = _derive(document, password), os.urandom(NONCE_BYTES)
    text = keys.crypt(nonce, master)
    body = json.dumps({**document, "data": _text(nonce + text + keys.tag(nonce, text))}).encode()
    return hashlib.sha256(body).hexdigest(), body


def _open(document: Document, password: str) -> bytes | None:
    keys, data = _derive(document, password), base64.b64decode(document["data"])
    nonce, text, tag = data[:NONCE_BYTES], data[NONCE_BYTES:-TAG_BYTES], data[-TAG_BYTES:]
    return keys.crypt(nonce, text) if hmac.compare_digest(keys.tag(nonce, text), tag) else None


def _derive(document: Document, password: str) -> _Keys:
    derived = hashlib.scrypt(
        password.encode(),
        salt=base64.b64decode(document["salt"]),
        n=document["N"],
        r=document["r"],
        p=document["p"],
        maxmem=MOST_MEMORY,
        dklen=64,
    )
    return _Keys(derived[:32], derived[32:48], derived[48:])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
