"""The cluster behind CCE: the lab's target, asked as its administrator."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from lab.clusters.api import ApiError, ClusterApi


class Cluster:
    """A cluster that exists, by its administrator's kubeconfig."""

    def __init__(self, kubeconfig: Path, networks: dict[str, str]) -> None:
        self._kubeconfig = kubeconfig
        self.pods = networks["pods"]
        self.services = networks["services"]

    def is_there(self) -> bool:
        """Say whether it was made."""
        return self._kubeconfig.exists()

    def document(self) -> dict[str, Any]:
        """Return the kubeconfig."""
        found: dict[str, Any] = json.loads(self._kubeconfig.read_text())
        return found

    @property
    def server(self) -> str:
        """Return the address of its API server."""
        return str(self.document()["clusters"][0]["cluster"]["server"])

    def is_available(self) -> bool:
        """Say whether its API server is ready."""
        try:
            return bool(self._get("/readyz") == "ok")
        except (ApiError, httpx.HTTPError, OSError):
            return False

    def version(self) -> str:
        """Return the version of Kubernetes as CCE writes it: v1.34."""
        found = self._get("/version")
        return f"v{found['major']}.{found['minor']}"

    def nodes(self) -> list[dict[str, Any]]:
        """Return the nodes as Kubernetes has them."""
        found: list[dict[str, Any]] = self._get("/api/v1/nodes")["items"]
        return found

    def deployments(self) -> list[dict[str, Any]]:
        """Return the deployments that make the cluster work."""
        found: list[dict[str, Any]] = self._get("/apis/apps/v1/namespaces/kube-system/deployments")["items"]
        return found

    def _get(self, path: str) -> Any:
        with ClusterApi(self._kubeconfig, timeout=5) as api:
            return api.get(path)
