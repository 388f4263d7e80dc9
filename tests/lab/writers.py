"""Watch what writes on both sides through a cutover: a moment at which both run is a moment with two writers."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import httpx

from lab.clusters.api import ApiError, ClusterApi
from lab.estate.manifests import NAMESPACES

from .sides import KUBECONFIGS

SECONDS_BETWEEN_LOOKS = 0.25
OWN_LABEL = "cce-migration"
MOVER_LABEL = "cce-migration/mover"
HELD = "cce-migration/held"
HOLDABLE = (
    "apps/v1/namespaces/{namespace}/deployments",
    "apps/v1/namespaces/{namespace}/statefulsets",
    "apps/v1/namespaces/{namespace}/daemonsets",
    "batch/v1/namespaces/{namespace}/cronjobs",
)


class Writers:
    """Look at both sides four times a second. Before the source has stood still once, both may run: that is the warm copy."""

    def __init__(self) -> None:
        self._apis = {side: ClusterApi(path, timeout=3) for side, path in KUBECONFIGS.items()}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="writers")
        self.source_stood_still = False
        self.both_at: list[str] = []

    def __enter__(self) -> Writers:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        for api in self._apis.values():
            api.close()

    def pods(self, side: str) -> set[str]:
        """Return the names of the estate's pods that live on a side; the migration's own do not count."""
        return {
            pod["metadata"]["name"]
            for namespace in NAMESPACES
            for pod in self._apis[side].items(f"/api/v1/namespaces/{namespace}/pods")
            if pod["status"].get("phase") not in {"Succeeded", "Failed"}
            and OWN_LABEL not in (pod["metadata"].get("labels") or {})
        }

    def held(self, side: str) -> set[str]:
        """Return the workloads that are held on a side."""
        return {
            f"{namespace}/{workload['metadata']['name']}"
            for namespace in NAMESPACES
            for plural in HOLDABLE
            for workload in self._apis[side].items(f"/apis/{plural.format(namespace=namespace)}")
            if HELD in (workload["metadata"].get("annotations") or {})
        }

    def movers(self, side: str) -> set[str]:
        """Return the movers at work on a side, but the one that makes the repository."""
        return {
            pod["metadata"]["name"]
            for pod in self._apis[side].items(f"/api/v1/pods?labelSelector={MOVER_LABEL}")
            if pod["status"].get("phase") == "Running" and "prepare" not in pod["metadata"]["name"]
        }

    def _watch(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            try:
                source, target = self.pods("source"), self.pods("target")
                # once more: a pod that ended between the two looks did not live beside another
                source &= self.pods("source") if source and target else source
            except (httpx.HTTPError, ApiError, KeyError):
                continue
            self.source_stood_still = self.source_stood_still or not source
            if self.source_stood_still and source and target:
                self.both_at.append(f"{time.strftime('%H:%M:%S')}: {sorted(source)} and {sorted(target)}")
