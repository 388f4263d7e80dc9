from __future__ import annotations

from include.velero.namespaces import make_namespaces
from tests.builders.objects import MemoryCluster, deployment, make


def test_missing_namespaces_are_made_adapted_and_others_stay() -> None:
    there = make("v1", "Namespace", "shop", metadata={"labels": {"theirs": "yes"}})
    target = MemoryCluster("target", there)
    wanted = [
        make("v1", "Namespace", name, metadata={"labels": {"ours": "yes"}}) for name in ("shop", "warehouse")
    ]

    assert make_namespaces(target, [*wanted, deployment()]) == 1  # type: ignore[arg-type]
    assert target.get("/api/v1/namespaces/shop") == there
    assert target.get("/api/v1/namespaces/warehouse") == wanted[1]
    assert make_namespaces(target, wanted) == 0  # type: ignore[arg-type]
