"""A mover that stands by does what it is told once, and is not waited for when it is gone."""

from __future__ import annotations

from typing import Any

import pytest

from include.errors import EngineError, PermanentError
from include.volumes import orders
from include.volumes.manifests import ORDER, Mover
from include.volumes.orders import Order, StandbyLostError
from tests.builders.objects import MemoryCluster, make

TEXT = "PASS=final SINCE=one"
POD = "/api/v1/namespaces/shop/pods/standby-1-x"
MOVER = Mover(
    "standby-1", "shop", "restore", "restic", {}, {"persistentVolumeClaim": {"claimName": "uploads"}}
)


class StandbyCluster(MemoryCluster):
    """Have one mover that stands by; its log is what the test says."""

    log = ""

    def patch(self, path: str, patch: Any, **_: Any) -> dict[str, Any]:
        self.objects[path]["metadata"]["annotations"] = patch["metadata"]["annotations"]
        return self.objects[path]

    def logs(self, *_: Any, **__: Any) -> str:
        return self.log


def standing(phase: str = "Running", log: str = "") -> StandbyCluster:
    metadata = {"labels": {"job-name": "standby-1"}}
    pod = make("v1", "Pod", "standby-1-x", metadata=metadata, spec={}, status={"phase": phase})
    cluster = StandbyCluster("target", pod)
    cluster.log = log
    return cluster


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(orders, "BEGIN_SECONDS", 0.05)


def given(cluster: StandbyCluster) -> Order:
    order = Order(cluster, MOVER, TEXT)
    order.give()
    return order


def test_an_order_reaches_the_pod_and_its_own_answer_comes_back() -> None:
    log = f"cce-begin PASS=ahead\nold\ncce-end 0 PASS=ahead\ncce-begin {TEXT}\nnew\ncce-end 0 {TEXT}\n"
    cluster = standing(log=log)

    assert given(cluster).answer() == "new"
    assert cluster.objects[POD]["metadata"]["annotations"] == {ORDER: TEXT}


def test_enough_is_read_while_the_mover_still_works() -> None:
    order = given(standing(log=f"cce-begin {TEXT}\nhalf\n"))

    assert order.answer(lambda text: "half" in text) == "half"


def test_the_answer_of_a_mover_that_ended_is_still_there_for_a_second_try() -> None:
    cluster = standing("Succeeded", f"cce-begin {TEXT}\nnew\ncce-end 0 {TEXT}\n")
    cluster.objects[POD]["metadata"]["annotations"] = {ORDER: TEXT}

    assert given(cluster).answer() == "new"


def test_a_mover_that_ended_for_another_order_does_not_stand_by() -> None:
    with pytest.raises(StandbyLostError, match="does not stand by"):
        given(standing("Succeeded"))


def test_a_mover_that_does_not_begin_is_not_waited_for() -> None:
    with pytest.raises(StandbyLostError, match="did not begin"):
        given(standing()).answer()


def test_a_mover_that_is_gone_is_not_waited_for() -> None:
    cluster = standing(log=f"cce-begin {TEXT}\n")
    order = given(cluster)
    del cluster.objects[POD]

    with pytest.raises(StandbyLostError, match="ended"):
        order.answer()


@pytest.mark.parametrize(
    ("line", "code", "kind", "words"),
    [
        ("Fatal: wrong password", 12, PermanentError, "encrypted with another password"),
        (
            "write /volume/a: no space left on device",
            1,
            PermanentError,
            "PersistentVolumeClaim shop/uploads is full",
        ),
        ("connection reset", 1, EngineError, "connection reset"),
    ],
)
def test_a_failure_is_told_with_what_to_do(line: str, code: int, kind: type[Exception], words: str) -> None:
    cluster = standing(log=f"cce-begin {TEXT}\n{line}\ncce-end {code} {TEXT}\n")

    with pytest.raises(kind, match=words):
        given(cluster).answer()
