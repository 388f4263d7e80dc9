"""Applies manifests of any kind: where a kind's objects are, the cluster itself tells."""

from __future__ import annotations

import time
from typing import Any

import httpx

from lab.clusters.api import ApiError, ClusterApi

Manifest = dict[str, Any]

# a manifest that is wrong does not become right by waiting
_HOPELESS = {400, 422}


class Applier:
    """Applies manifests to one cluster; the kinds it has asked for are remembered."""

    def __init__(self, api: ClusterApi) -> None:
        self._api = api
        self._places: dict[tuple[str, str], tuple[str, bool]] = {}

    def apply_all(self, manifests: list[Manifest], seconds: float = 30) -> None:
        """Apply manifests in their order; a server, or a new kind, that is not there yet is waited for."""
        deadline = time.monotonic() + seconds
        for manifest in manifests:
            while True:
                try:
                    self._api.apply(self.path_of(manifest), manifest)
                    break
                except (ApiError, httpx.HTTPError) as error:
                    is_hopeless = isinstance(error, ApiError) and error.status in _HOPELESS
                    if is_hopeless or time.monotonic() > deadline:
                        raise
                    time.sleep(0.3)

    def missing(self, manifests: list[Manifest]) -> list[Manifest]:
        """Return the manifests whose objects are not in the cluster."""
        return [manifest for manifest in manifests if not self._exists(manifest)]

    def path_of(self, manifest: Manifest) -> str:
        """Return the path of the object that a manifest describes.

        Raises:
            ApiError: the cluster does not know the kind (status 404).
        """
        version, kind, meta = manifest["apiVersion"], manifest["kind"], manifest["metadata"]
        if (version, kind) not in self._places:
            self._ask(version)
        if (version, kind) not in self._places:
            raise ApiError(404, f"The cluster has no kind {kind} in {version}.")
        plural, is_namespaced = self._places[version, kind]
        place = f"/namespaces/{meta['namespace']}" if is_namespaced else ""
        return f"{_root(version)}{place}/{plural}/{meta['name']}"

    def _ask(self, version: str) -> None:
        for resource in self._api.get(_root(version))["resources"]:
            if "/" not in resource["name"]:
                self._places[version, resource["kind"]] = (resource["name"], resource["namespaced"])

    def _exists(self, manifest: Manifest) -> bool:
        try:
            self._api.get(self.path_of(manifest))
        except ApiError as error:
            if error.status == 404:
                return False
            raise
        return True


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
