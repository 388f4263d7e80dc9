from __future__ import annotations

from typing import Any

import pytest

from include.errors import PermanentError
from include.velero.foreign import foreign_velero, refuse_foreign_velero
from tests.builders.objects import MemoryCluster, make

OURS = {"labels": {"cce-migration": "lab"}}


def deployment(**metadata: Any) -> dict[str, Any]:
    return make("apps/v1", "Deployment", "velero", "velero", metadata=metadata)


def definition(**metadata: Any) -> dict[str, Any]:
    return make("apiextensions.k8s.io/v1", "CustomResourceDefinition", "backups.velero.io", metadata=metadata)


def test_an_empty_cluster_has_no_foreign_velero() -> None:
    assert foreign_velero(MemoryCluster("source")) == []  # type: ignore[arg-type]


def test_our_own_installation_is_not_foreign() -> None:
    cluster = MemoryCluster("source", deployment(**OURS), definition(**OURS))
    refuse_foreign_velero(cluster)  # type: ignore[arg-type]


def test_a_foreign_installation_is_refused_with_a_remedy() -> None:
    cluster = MemoryCluster("target", deployment(), definition())
    with pytest.raises(PermanentError, match="target cluster: was not installed by this migration") as caught:
        refuse_foreign_velero(cluster)  # type: ignore[arg-type]
    assert "kubectl delete crd" in str(caught.value)
