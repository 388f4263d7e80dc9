"""Talk to the source and the target cluster over the raw Kubernetes API."""

from __future__ import annotations

from include.clusters.cluster import Cluster
from include.clusters.discovery import ApiResource

__all__ = ["ApiResource", "Cluster"]
