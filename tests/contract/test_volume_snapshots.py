"""The lab's source takes snapshots of volumes as a cluster with a CSI driver does: what is written later is not in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from include.clusters import Cluster
from include.connections import ClusterAccess
from lab.addresses import SOURCE
from lab.supervision.namespace import machine_data

pytestmark = pytest.mark.lab

NAMESPACE = "volume-snapshots"
CLASS = "csi-hostpath"
IMAGE = "registry.source.lab/lab/busybox:1"
EVENTS = f"/api/v1/namespaces/{NAMESPACE}/events"
CLAIMS = f"/api/v1/namespaces/{NAMESPACE}/persistentvolumeclaims"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
SNAPSHOTS = f"/apis/snapshot.storage.k8s.io/v1/namespaces/{NAMESPACE}/volumesnapshots"
CONTENTS = "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents"
SNAPSHOTS_OF_THE_DRIVER = machine_data(SOURCE.master) / "csi-hostpath" / "snapshots"
SECONDS = 60.0
MANY_FILES = "cd /data; mkdir a b; touch a/token; for one in $(seq 1500); do echo >a/$one; echo >b/$one; done"
MOVE_FOR_EVER = "while :; do mv a/token b/token; mv b/token a/token; echo >>moves; done"
HAS_MOVED = "before=$(stat -c %s /data/moves); sleep 1; [ $before -lt $(stat -c %s /data/moves) ] && echo yes"

Manifest = dict[str, Any]


def made(version: str, kind: str, name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": spec,
    }


def claim(name: str, snapshot: str | None = None, size: str = "16Mi") -> Manifest:
    spec: Manifest = {
        "storageClassName": CLASS,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": size}},
    }
    if snapshot:
        spec["dataSource"] = {
            "apiGroup": "snapshot.storage.k8s.io",
            "kind": "VolumeSnapshot",
            "name": snapshot,
        }
    return made("v1", "PersistentVolumeClaim", name, spec)


def pod(name: str) -> Manifest:
    """Return a pod that waits beside the claim of its name."""
    container = {
        "name": "shell",
        "image": IMAGE,
        "command": ["sleep", "3600"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    return made(
        "v1",
        "Pod",
        name,
        {"containers": [container], "volumes": [volume], "terminationGracePeriodSeconds": 0},
    )


def snapshot(name: str, of: str) -> Manifest:
    source = {"persistentVolumeClaimName": of}
    spec = {"volumeSnapshotClassName": CLASS, "source": source}
    return made("snapshot.storage.k8s.io/v1", "VolumeSnapshot", name, spec)


def is_running(seen: Manifest | None) -> bool:
    return bool(seen and seen["status"].get("phase") == "Running")


def is_usable(seen: Manifest | None) -> bool:
    return bool(seen and (seen.get("status") or {}).get("readyToUse"))


def is_gone(seen: Manifest | None) -> bool:
    return seen is None


@pytest.fixture(scope="module")
def source(source_kubeconfig: str) -> Iterator[Cluster]:
    cluster = Cluster(ClusterAccess("source", source_kubeconfig))
    path = f"/api/v1/namespaces/{NAMESPACE}"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    cluster.wait_for(f"{path}/serviceaccounts/default", bool, SECONDS, "a namespace that takes pods")
    yield cluster
    cluster.delete(path)
    cluster.wait_for(path, is_gone, SECONDS, "the namespace is gone")
    cluster.close()


def run(cluster: Cluster, name: str, command: str) -> str:
    """Run a command in a pod, and return what it prints."""
    done = cluster.run_command(NAMESPACE, name, "shell", ["sh", "-c", command], SECONDS)
    assert done.exit_code == 0, done
    return done.output


def start(cluster: Cluster, wanted: Manifest) -> None:
    """Make a claim, and a pod beside it that runs."""
    cluster.apply(wanted)
    name = wanted["metadata"]["name"]
    cluster.apply(pod(name))
    cluster.wait_for(f"{PODS}/{name}", is_running, SECONDS, f"pod {name} runs")


def take(cluster: Cluster, name: str, of: str) -> Manifest:
    cluster.apply(snapshot(name, of))
    taken = cluster.wait_for(f"{SNAPSHOTS}/{name}", is_usable, SECONDS, f"snapshot {name} is ready to use")
    assert taken is not None
    return taken


def content_of(taken: Manifest) -> str:
    return f"{CONTENTS}/{taken['status']['boundVolumeSnapshotContentName']}"


def test_a_claim_of_a_snapshot_holds_what_was_there_when_it_was_taken(source: Cluster) -> None:
    start(source, claim("first"))
    run(source, "first", "echo before > /data/file && chown 1001:1002 /data/file && ln -s file /data/link")
    taken = take(source, "taken", of="first")
    assert taken["status"]["restoreSize"] == "16Mi"

    run(source, "first", "echo after > /data/file && touch /data/later")
    start(source, claim("second", snapshot="taken"))

    assert run(source, "second", "cat /data/link; stat -c %u:%g /data/file; ls /data") == (
        "before\n1001:1002\nfile\nlink\n"
    )
    assert run(source, "first", "cat /data/file; ls /data") == "after\nfile\nlater\nlink\n"


def test_a_snapshot_is_of_one_moment(source: Cluster) -> None:
    """What moves between two folders all the time is in one of them, though a copy takes longer than a move."""
    start(source, claim("moving"))
    run(source, "moving", f"{MANY_FILES}; ({MOVE_FOR_EVER}) >/dev/null 2>&1 </dev/null &")
    for number in range(5):
        content = source.get(content_of(take(source, f"moment-{number}", of="moving")))
        folder = SNAPSHOTS_OF_THE_DRIVER / content["status"]["snapshotHandle"]
        assert len(list(folder.glob("content/*/token"))) == 1
    # those that stood still for the copies go on
    assert run(source, "moving", HAS_MOVED) == "yes\n"


def test_a_snapshot_that_is_deleted_is_deleted_in_the_storage(source: Cluster) -> None:
    start(source, claim("third"))
    taken = take(source, "deleted", of="third")
    content = content_of(taken)
    kept = SNAPSHOTS_OF_THE_DRIVER / source.get(content)["status"]["snapshotHandle"]
    assert kept.is_dir()
    source.delete(f"{SNAPSHOTS}/deleted")
    source.wait_for(content, is_gone, SECONDS, "the snapshot's content is gone")
    assert not kept.exists()


def test_a_claim_that_is_smaller_than_its_snapshot_is_refused(source: Cluster) -> None:
    start(source, claim("fourth"))
    take(source, "larger", of="fourth")
    source.apply(claim("small", snapshot="larger", size="8Mi"))
    source.apply(pod("small"))

    def is_refused(seen: Manifest | None) -> bool:
        found = source.list(EVENTS, fieldSelector="involvedObject.name=small,reason=ProvisioningFailed")
        return any("is less than the size" in event["message"] for event in found)

    seen = source.wait_for(f"{CLAIMS}/small", is_refused, SECONDS, "the claim is refused")
    assert seen is not None
    assert seen["status"]["phase"] == "Pending"
