"""Kubeconfig files, with certificates inside, so that one file is all a client needs."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

from lab.clusters.certificates import KeyPair


def write_kubeconfig(
    path: Path, *, cluster: str, server: str, authority: Path, user: str, pair: KeyPair
) -> None:
    """Write a kubeconfig (mode 600). JSON is YAML: no YAML library is needed to write it."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": cluster,
        "clusters": [
            {
                "name": cluster,
                "cluster": {"server": server, "certificate-authority-data": _encoded(authority)},
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _encoded(pair.certificate),
                    "client-key-data": _encoded(pair.key),
                },
            }
        ],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": user}}],
    }
    text = json.dumps(document, indent=1) + "\n"
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(path.name + ".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
