"""The estate's Kubernetes objects, with their images and secrets filled in."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from string import Template

import yaml

from lab import addresses, paths
from lab.clusters.applying import Manifest
from lab.estate.image_list import JOURNAL
from lab.images.push import registered_digest, registry_client
from lab.secrets import secrets

NAMESPACES = ("shop", "warehouse")

_FOLDER = Path(__file__).resolve().parent / "manifests"


def estate_manifests(values: Mapping[str, str]) -> list[Manifest]:
    """Return all objects in the order in which they are made.

    Args:
        values: what stands for the `$names` in the files, as `present_values` gives it.
    """
    found: list[Manifest] = []
    for file in sorted(_FOLDER.glob("*.yaml")):
        found.extend(yaml.safe_load_all(Template(file.read_text()).substitute(values)))
    return found


def present_values() -> dict[str, str]:
    """Return the values of this lab.

    Raises:
        LookupError: the source registry does not have the image that is pinned by its digest.
    """
    with registry_client() as client:
        digest = registered_digest(client, JOURNAL)
    if digest is None:
        raise LookupError(f"The registry does not have {JOURNAL}.")
    known = secrets()
    return {
        "registry": addresses.SOURCE_REGISTRY_HOST,
        "journal_digest": digest,
        "receipts_folder": str(paths.data_of("receipts")),
        "pg_app_password": known["pg_app_password"],
        "mariadb_app_password": known["mariadb_app_password"],
        "pictures_access_key": known["pictures_ak"],
        "pictures_secret_key": known["pictures_sk"],
        "registry_login": _registry_login(known["registry_password"]),
    }


def _registry_login(password: str) -> str:
    """Return the login of the source registry in Docker's format."""
    user = addresses.SOURCE_REGISTRY_USER
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    entry = {"username": user, "password": password, "auth": auth}
    return json.dumps({"auths": {addresses.SOURCE_REGISTRY_HOST: entry}})
