"""Make the planned namespaces before a restore: Velero makes missing ones, and sends none through the modifiers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from include.errors import ObjectExistsError

if TYPE_CHECKING:
    from include.clusters import Cluster

logger = logging.getLogger(__name__)


def make_namespaces(target: Cluster, adapted: Iterable[dict[str, Any]]) -> int:
    """Make the namespaces that are not there, adapted; one that is there stays as it is. Return how many were made."""
    made = 0
    for obj in adapted:
        if obj["kind"] != "Namespace" or obj["apiVersion"] != "v1":
            continue
        try:
            target.create(obj)
        except ObjectExistsError:
            logger.debug("%s is there already", obj["metadata"]["name"])
        else:
            made += 1
    return made
