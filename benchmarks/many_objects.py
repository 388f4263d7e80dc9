"""Make thousands of objects on the lab's source, as a large estate has them, and remove them again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from lab import paths
from lab.clusters.api import ApiError, ClusterApi

NAMESPACES = tuple(f"bench-{number}" for number in range(1, 5))
# Of each kind in each namespace, ten thousand together, without the ReplicaSet that each Deployment of no pods brings. No pod uses a
# claim, so no volume is behind it.
COUNTS = {
    "configmaps": 1250,
    "secrets": 500,
    "services": 300,
    "deployments": 300,
    "serviceaccounts": 100,
    "persistentvolumeclaims": 50,
}
CLAIM = {
    "accessModes": ["ReadWriteOnce"],
    "storageClassName": "local-path",
    "resources": {"requests": {"storage": "1Gi"}},
}
THREADS = 8
SECONDS_TO_REMOVE = 600.0
TEXT = "x" * 1500

Manifest = dict[str, Any]


def make_objects(share: float = 1.0) -> int:
    """Make this share of all of them, those that are missing if some are there; return how many there are."""
    with ClusterApi(paths.SOURCE_KUBECONFIG, timeout=60) as api:
        for namespace in NAMESPACES:
            _make(api, "/api/v1/namespaces", {"metadata": {"name": namespace}})
        wanted = [one for namespace in NAMESPACES for one in _objects(namespace, share)]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda one: _make(api, *one), wanted))
    return len(wanted)


def remove_objects(kubeconfig: Path = paths.SOURCE_KUBECONFIG) -> None:
    """Remove the namespaces from a cluster and wait until they are gone."""
    with ClusterApi(kubeconfig, timeout=60) as api:
        for namespace in NAMESPACES:
            _remove(api, f"/api/v1/namespaces/{namespace}")
        deadline = time.monotonic() + SECONDS_TO_REMOVE
        while any(item["metadata"]["name"] in NAMESPACES for item in api.items("/api/v1/namespaces")):
            if time.monotonic() > deadline:
                raise TimeoutError(f"The namespaces {', '.join(NAMESPACES)} are still there.")
            time.sleep(1)


def _make(api: ClusterApi, path: str, body: Manifest) -> None:
    try:
        api.request("POST", path, body)
    except ApiError as error:
        if error.status != 409:
            raise


def _remove(api: ClusterApi, path: str) -> None:
    try:
        api.request("DELETE", path)
    except ApiError as error:
        if error.status != 404:
            raise


def _objects(namespace: str, share: float) -> Iterator[tuple[str, Manifest]]:
    for plural, count in COUNTS.items():
        group = "/apis/apps/v1" if plural == "deployments" else "/api/v1"
        for number in range(round(count * share)):
            name = f"object-{number:04d}"
            yield f"{group}/namespaces/{namespace}/{plural}", _manifest(plural, name)


def _manifest(plural: str, name: str) -> Manifest:
    metadata = {"name": name, "labels": {"app": name}, "annotations": {"note": f"http://{name}.example/"}}
    bodies: dict[str, Manifest] = {
        "configmaps": {"data": {"settings": TEXT}},
        "secrets": {"stringData": {"password": name}},
        "services": {"spec": {"clusterIP": "None", "selector": {"app": name}}},
        "deployments": {"spec": _deployment(name)},
        "serviceaccounts": {},
        "persistentvolumeclaims": {"spec": CLAIM},
    }
    return {"metadata": metadata, **bodies[plural]}


def _deployment(name: str) -> Manifest:
    container = {
        "name": "web",
        "image": "registry.source.lab/shop/web:1.0",
        "env": [{"name": "URL", "value": "http://pg.source.lab"}],
    }
    return {
        "replicas": 0,
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
    }
