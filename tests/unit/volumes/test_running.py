"""A mover is adopted when it is the one that is wanted, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.errors import ObjectExistsError, ObjectNotFoundError, TemporaryError
from include.volumes import running
from include.volumes.creating import waits_for_others
from include.volumes.manifests import Mover, job_manifest
from include.volumes.names import COMPONENT, mover_name
from include.volumes.running import await_pod, run_mover, start_mover
from include.volumes.scripts import Script
from tests.builders.objects import MemoryCluster, make
from tests.builders.runs import run as lab_run

JOB = "/apis/batch/v1/namespaces/shop/jobs/mover-1"


def mover(script: Script = "backup", **settings: str) -> Mover:
    return Mover("mover-1", "shop", script, "restic", {"cce-migration": "lab"}, settings=settings)


def pod_of(uid: str, name: str, phase: str = "Succeeded") -> dict[str, Any]:
    owner = {"kind": "Job", "name": "mover-1", "uid": uid, "controller": True}
    metadata = {"ownerReferences": [owner], "labels": {"job-name": "mover-1"}}
    return make("v1", "Pod", name, metadata=metadata, spec={}, status={"phase": phase})


class MoverCluster(MemoryCluster):
    """Run a Job at once: its pod ends as soon as it is made, unless pods may not be made."""

    made = 0
    refuses_pods = False

    def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
        uid = f"uid-{self.made + 1}"
        super().create({**obj, "metadata": {**obj["metadata"], "uid": uid}})
        self.made += 1
        if not self.refuses_pods:
            self.add(pod_of(uid, f"{obj['metadata']['name']}-{uid}"))
        return self.get(self.path_of(obj))

    def add(self, obj: dict[str, Any]) -> None:
        self.objects[self.path_of(obj)] = obj

    def delete(self, path: str, **_: Any) -> bool:
        return self.objects.pop(path, None) is not None

    def wait_for(self, path: str, *_: Any) -> None:
        assert path not in self.objects

    def logs(self, namespace: str, name: str, container: str, tail: int | None = None) -> str:
        return f"log of {name}"


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "POLL_SECONDS", 0.01)


def test_the_pod_of_a_former_job_of_the_same_name_is_not_listened_to() -> None:
    cluster = MoverCluster("source", pod_of("uid-0", "mover-1-a-former-one"))

    assert run_mover(cluster, mover(), {}) == "log of mover-1-uid-1"


def finished(script: Script = "backup", **settings: str) -> tuple[dict[str, Any], dict[str, Any]]:
    job = job_manifest(mover(script, **settings))
    job["metadata"] = {**job["metadata"], "uid": "uid-0"}
    job["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    return job, pod_of("uid-0", "mover-1-unread")


def test_a_job_that_ended_without_a_reader_is_read() -> None:
    cluster = MoverCluster("source", *finished(SINCE="one"))

    assert run_mover(cluster, mover(SINCE="one"), {}) == "log of mover-1-unread"
    assert cluster.made == 0


def test_a_job_of_an_earlier_quiesce_is_made_anew() -> None:
    cluster = MoverCluster("source", *finished(SINCE="one"))

    assert run_mover(cluster, mover(SINCE="two"), {}) == "log of mover-1-uid-1"


def test_a_hash_is_always_made_anew() -> None:
    cluster = MoverCluster("source", *finished("hash"))

    assert run_mover(cluster, mover("hash"), {}) == "log of mover-1-uid-1"


def test_a_namespace_that_refuses_the_pod_is_told_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "HOPELESS_SECONDS", 0.0)
    message = 'pods "mover-1-x" is forbidden: violates PodSecurity "restricted:latest"'
    cluster = MoverCluster("target", make("v1", "Event", "one", message=message, reason="FailedCreate"))
    cluster.refuses_pods = True

    with pytest.raises(TemporaryError, match=r"Job shop/mover-1, target cluster: .*violates PodSecurity"):
        run_mover(cluster, mover(), {})


QUOTA = 'Error creating: pods "mover-1-x" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=1, limited: pods=1'


class FullCluster(MoverCluster):
    """Refuse pods by a quota while another mover runs; it ends after some looks, and the Job is then asked for its pod again."""

    refuses_pods = True
    looks = 1

    def list(self, path: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        if parameters.get("labelSelector") == COMPONENT:
            self.looks -= 1
            phase = "Running" if self.looks > 0 else "Succeeded"
            self.add(pod_of("uid-other", "mover-2-x", phase))
            if self.looks == 0:
                self.add(pod_of("uid-1", "mover-1-x"))
        return super().list(path)


def full(**fields: Any) -> FullCluster:
    cluster = FullCluster("target", make("v1", "Event", "one", message=QUOTA, reason="FailedCreate"))
    cluster.__dict__.update(fields)
    return cluster


def test_a_mover_without_room_in_a_quota_waits_until_another_one_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HOPELESS_SECONDS", "QUOTA_SECONDS", "START_SECONDS"):
        monkeypatch.setattr(running, name, 0.3)
    assert run_mover(full(looks=60), mover(), {}) == "log of mover-1-x"


def test_a_quota_that_nobody_will_leave_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "QUOTA_SECONDS", 0.0)
    with pytest.raises(TemporaryError, match="exceeded quota: tight"):
        run_mover(full(looks=-1), mover(), {})


@pytest.mark.parametrize(("which", "is_awaited"), [("warm", False), ("final", True)])
def test_only_the_last_pass_waits_for_movers_that_stand_by(which: str, is_awaited: bool) -> None:
    labels = {COMPONENT: mover_name(lab_run(Path("/nowhere")), "standby", "shop/other")}
    other = make("v1", "Pod", "other", metadata={"labels": labels}, spec={}, status={"phase": "Running"})
    event = make("v1", "Event", "one", message=QUOTA, reason="FailedCreate")
    cluster = MoverCluster("target", event, other)
    assert waits_for_others(cluster, mover(PASS=which), []) is is_awaited


def test_a_mover_that_is_to_stand_by_does_not_wait_for_those_that_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "QUOTA_SECONDS", 0.0)
    cluster = full(looks=1000)
    waiting = replace(mover(), stands_by=True)
    uid = start_mover(cluster, waiting, {})
    with pytest.raises(TemporaryError, match="exceeded quota: tight"):
        await_pod(cluster, waiting, uid, running.ENDED)


def test_a_mover_that_another_try_has_read_and_removed_is_worth_another_try() -> None:
    class Emptied(MoverCluster):
        def logs(self, namespace: str, name: str, container: str, tail: int | None = None) -> str:
            raise ObjectNotFoundError(f"pod {name} is gone", status=404)

    with pytest.raises(TemporaryError, match="removed while it was waited for"):
        run_mover(Emptied("source"), mover(), {})


def test_a_mover_that_goes_before_it_can_be_adopted_is_worth_another_try() -> None:
    class Late(MoverCluster):
        def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
            raise ObjectExistsError("it is there", status=409)

    with pytest.raises(TemporaryError, match="removed while it was waited for"):
        run_mover(Late("source"), mover(), {})


def test_a_mover_whose_pod_was_deleted_is_not_waited_for() -> None:
    class Drained(MoverCluster):
        refuses_pods = True

        def create(self, obj: dict[str, Any], *, dry_run: bool = False) -> dict[str, Any]:
            job = super().create(obj)
            self.objects[JOB]["status"] = {"conditions": [{"type": "Failed", "status": "True"}]}
            return job

    cluster = Drained("source")
    with pytest.raises(TemporaryError, match="its pod was deleted"):
        run_mover(cluster, mover(), {})
    assert JOB not in cluster.objects
