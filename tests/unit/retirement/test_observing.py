"""A source that somebody uses is no quiet one, and the reason names who."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from include.errors import ProofError, TemporaryError
from include.retirement import observing
from include.retirement.observing import observe_source
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, make, pod
from tests.builders.runs import run as lab_run

MANAGED = {"labels": {"kubernetes.io/service-name": "web", observing.MANAGER: observing.OURS}}


class Watch:
    """Be a database that nobody uses, unless a test says so."""

    sessions: ClassVar[set[str]] = set()
    text = ""
    looks = 0

    def __init__(self, access: Any, database: str) -> None:
        self.access = access

    def look(self) -> None:
        Watch.looks += 1

    def written(self) -> str:
        return self.text


def slice_of(
    name: str = "web-1", *, ready: bool = True, metadata: dict[str, Any] | None = None
) -> dict[str, Any]:
    endpoint = {"addresses": ["10.0.0.1"], "conditions": {"ready": ready}}
    return make(
        "discovery.k8s.io/v1", "EndpointSlice", name, metadata=metadata or MANAGED, endpoints=[endpoint]
    )


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(observing, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(observing, "DatabaseWatch", Watch)
    monkeypatch.setattr(observing, "ask_source", lambda run: (10, 0))
    yield
    Watch.sessions, Watch.text, Watch.looks = set(), "", 0


def source(folder: Path, *objects: dict[str, Any]) -> MigrationRun:
    def change(document: dict[str, Any]) -> None:
        document.update(buckets=[], retirement={"observe_seconds": 5})

    made = lab_run(folder, definition=definition(change))
    made.ledger.write("plan", {"items": []})
    made.__dict__["source"] = MemoryCluster("source", *objects)
    return made


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000, 2))
    monkeypatch.setattr(observing.time, "monotonic", lambda: float(next(moments)))


def problems(run: MigrationRun) -> str:
    with pytest.raises(ProofError) as found:
        observe_source(run)
    return "\n".join(found.value.problems)


def test_a_quiet_source_is_proved_part_by_part(tmp_path: Path) -> None:
    run = source(tmp_path, slice_of("by-hand", metadata={"labels": {}}), slice_of("gone", ready=False))

    assert observe_source(run) == 4
    proofs = run.ledger.proofs("source_retirement")
    assert {key: proof.equal for key, proof in proofs.items()} == dict.fromkeys(
        (
            "quiet/front door of the source",
            "quiet/database shop-orders of the source",
            "quiet/database warehouse-stock of the source",
            "quiet/namespaces of the source",
        ),
        True,
    )
    assert Watch.looks >= 2


def test_a_login_that_is_seen_once_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "sessions", {"report from 10.0.0.9 (nightly)"})
    assert "logged in: report from 10.0.0.9 (nightly)" in problems(source(tmp_path))


def test_written_rows_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watch, "text", "rows")
    assert "written: rows; end it, or move it to the target" in problems(source(tmp_path))


def test_a_load_balancer_that_answers_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "ask_source", lambda run: (10, 1))
    assert "the source's load balancer answered" in problems(source(tmp_path))


def test_pods_and_ready_endpoints_count(tmp_path: Path) -> None:
    told = problems(source(tmp_path, pod("web-1"), slice_of()))
    assert "source cluster: runs Pod shop/web-1 and serves shop/web" in told


def test_a_server_that_does_not_answer_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Watch) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(Watch, "look", refuse)
    with pytest.raises(TemporaryError, match="database shop-orders, source: cannot be watched"):
        observe_source(source(tmp_path))
