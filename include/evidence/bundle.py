"""Pack everything a run has recorded, with the logs of its tasks, into one signed archive beside its report."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.connections.required import find_connection_problems
from include.errors import SecretInLedgerError
from include.evidence import verify
from include.evidence.signing import SigningKey, note_key
from include.ledger.secrets_guard import mask_secrets

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

BUNDLE = "evidence.tar"
README = """\
The evidence of one run of CCE Migration.

  python3 verify.py

checks every hash, the signature, and the report against the proofs, offline. Take verify.py from the program itself rather than
from here when you do not trust whoever gave you this bundle. The signature alone, by OpenSSL:

  openssl pkeyutl -verify -pubin -inkey public_key.pem -rawin -in manifest.json -sigfile manifest.sig

Whose key it is, the bundle cannot prove: compare its fingerprint with one that you got in another way.
"""

File = tuple[str, bytes]


def write_bundle(run: MigrationRun, logs: Iterable[tuple[str, Path]] = ()) -> str:
    """Write `evidence.tar` into the run's folder, replacing an earlier one, and return where it lies.

    The same record makes the same bytes: names are sorted, and no file has a date.

    :param logs: name and place of each log; secrets in them are masked, and the manifest names where.
    :raises SecretInLedgerError: when a file of the ledger carries a secret; there is no bundle then.
    """
    # Secrets of connections are known to the guard once they were looked up.
    find_connection_problems(run.connections, run.definition)
    key, masked = note_key(run), list[str]()
    files = [*_recorded(run.ledger), *_masked_logs(logs, masked), *_tools(key)]
    files.sort()
    manifest = _manifest(run, key, files, masked)
    signed = [(verify.MANIFEST, manifest), (verify.SIGNATURE, key.sign(manifest))]
    run.ledger.write_file(BUNDLE, lambda archive: verify.pack([*files, *signed], archive))
    place = f"{run.ledger.folder}/{BUNDLE}"
    logger.info("Evidence: %s, %s files, signed by the key %s", place, len(files), key.fingerprint)
    return place


def _recorded(ledger: Ledger) -> Iterator[File]:
    for name, content in ledger.files():
        if name == BUNDLE:
            continue
        if mask_secrets(text := content.decode(errors="replace")) != text:
            raise SecretInLedgerError(
                f"ledger file {name} carries a secret; no evidence was bundled; remove it"
            )
        yield f"ledger/{name}", content


def _masked_logs(logs: Iterable[tuple[str, Path]], masked: list[str]) -> Iterator[File]:
    for name, path in logs:
        text = path.read_bytes().decode(errors="replace")
        safe = mask_secrets(text)
        if safe != text:
            logger.warning(
                "The log %s carries a secret: it is masked in the evidence; change the secret", name
            )
            masked.append(name)
        yield f"logs/{name}", safe.encode()


def _tools(key: SigningKey) -> Iterator[File]:
    yield "README.txt", README.encode()
    yield "verify.py", Path(verify.__file__).read_bytes()
    yield verify.KEY, key.public_pem


def _manifest(run: MigrationRun, key: SigningKey, files: list[File], masked: list[str]) -> bytes:
    document: dict[str, Any] = {
        "schema": 1,
        "migration": run.definition.name,
        "run_id": run.run_id,
        "signed_by": {"fingerprint": key.fingerprint, "origin": key.origin},
        "masked_logs": sorted(masked),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files},
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()
