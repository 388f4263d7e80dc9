"""Puts a `default-secret` with the login of SWR into every namespace, as CCE does; nothing uses it by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from typing import Any

from lab import addresses
from lab.clusters.api import ApiError, ClusterApi
from lab.secrets import secrets

NAME = "default-secret"

logger = logging.getLogger(__name__)


class PullSecrets:
    """One pass over the namespaces a call."""

    def __init__(self, api: ClusterApi) -> None:
        self._api = api

    def pass_once(self) -> None:
        """Make the secret in each namespace that has none."""
        path = f"/api/v1/secrets?fieldSelector=metadata.name%3D{NAME}"
        have = {item["metadata"]["namespace"] for item in self._api.items(path)}
        for item in self._api.items("/api/v1/namespaces"):
            name = item["metadata"]["name"]
            if item["status"].get("phase") == "Active" and name not in have:
                self._make(name)

    def _make(self, namespace: str) -> None:
        try:
            self._api.create(f"/api/v1/namespaces/{namespace}/secrets", pull_secret(namespace))
        except ApiError as error:
            if error.status not in {403, 404, 409}:  # being deleted, gone, or made by another
                raise
        else:
            logger.info("%s made in namespace %s", NAME, namespace)


def swr_login(access_key: str, secret_key: str) -> tuple[str, str]:
    """Return user and password of SWR's long-term login, derived from an access key as the cloud does."""
    password = hmac.new(secret_key.encode(), access_key.encode(), hashlib.sha256).hexdigest()
    return f"{addresses.REGION}@{access_key}", password


def pull_secret(namespace: str) -> dict[str, Any]:
    """Return the secret of a namespace."""
    known = secrets()
    user, password = swr_login(known["obs_ak"], known["obs_sk"])
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    entry = {"username": user, "password": password, "auth": auth}
    text = json.dumps({"auths": {addresses.SWR_HOST: entry}})
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": {"name": NAME, "namespace": namespace, "labels": {"secret-generated-by": "cce"}},
        "data": {".dockerconfigjson": base64.b64encode(text.encode()).decode()},
    }
