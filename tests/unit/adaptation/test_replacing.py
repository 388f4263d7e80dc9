from __future__ import annotations

from typing import Any

import pytest

from include.adaptation.dry_run import Judge
from include.adaptation.replacing import remove_unchangeable
from include.errors import ObjectInvalidError
from include.labels import RESTORED
from tests.builders.objects import MemoryCluster, make, workload

OURS = {"labels": {RESTORED: "lab-1"}}
REFUSAL = "StatefulSet db is invalid: spec: Forbidden: updates to statefulset spec are forbidden"


class Closed(MemoryCluster):
    """Refuse every change of what is there, as an API server does of what is immutable."""

    removed: list[tuple[str, str]]

    def apply(self, obj: dict[str, Any], dry_run: bool = False) -> dict[str, Any]:
        if self.find(self.path_of(obj)) is not None and self.find(self.path_of(obj)) != obj:
            raise ObjectInvalidError(REFUSAL, status=422)
        return obj

    def delete(self, path: str, propagation: str = "Background") -> bool:
        self.__dict__.setdefault("removed", []).append((path.rpartition("/")[2], propagation))
        return self.objects.pop(path, None) is not None

    def wait_for(self, path: str, predicate: Any, timeout_seconds: float, what: str) -> None:
        assert predicate(self.find(path))


def stateful(replicas: int, **fields: Any) -> dict[str, Any]:
    return workload("StatefulSet", "db", fields, replicas=replicas)


def test_what_cannot_be_changed_is_removed_and_its_pods_stay_for_the_next_one() -> None:
    target = Closed("target", stateful(1, **OURS))

    assert remove_unchangeable(target, [stateful(2)]) == 1  # type: ignore[arg-type]
    assert target.removed == [("db", "Orphan")]


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(stateful(1), id="somebody else's"),
        pytest.param(make("v1", "Service", "db", metadata=OURS), id="a Service, whose address others know"),
    ],
)
def test_what_is_not_the_migrations_or_not_replaceable_stays(live: dict[str, Any]) -> None:
    target = Closed("target", live)
    wanted = {**live, "spec": {"changed": True}}

    assert remove_unchangeable(target, [wanted]) == 0  # type: ignore[arg-type]
    assert len(target.objects) == 1


def test_what_is_right_already_stays() -> None:
    target = Closed("target", stateful(1, **OURS))

    assert remove_unchangeable(target, [stateful(1, **OURS)]) == 0  # type: ignore[arg-type]


def test_the_judge_tries_what_is_made_anew_under_another_name() -> None:
    target = Closed("target", make("v1", "Namespace", "shop"), stateful(1, **OURS))

    assert Judge(target, []).judge(stateful(2)).refusal is None  # type: ignore[arg-type]
    assert target.tried[-1]["metadata"]["name"] == "db-dry-run"


def test_the_judge_still_tells_what_is_wrong_with_it() -> None:
    target = Closed(
        "target",
        make("v1", "Namespace", "shop"),
        stateful(1, **OURS),
        refusals={"db-dry-run": "no such field"},
    )

    assert Judge(target, []).judge(stateful(2)).refusal == "no such field"  # type: ignore[arg-type]


def test_the_judge_says_what_to_do_with_somebody_elses() -> None:
    target = Closed("target", make("v1", "Namespace", "shop"), stateful(1))
    refusal = Judge(target, []).judge(stateful(2)).refusal  # type: ignore[arg-type]

    assert (
        refusal
        == f"{REFUSAL}; if only its former state stands in the way, remove it from the target and run again"
    )
