"""A namespace of a few dozen objects in the lab's source, moved by Velero and a mover alone, beside whatever else the lab has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.clusters import Cluster
from include.connections import DocumentConnections
from include.definition import load_definition
from include.images import copy_images
from include.inventory import take_inventory
from include.inventory.store import load_inventory
from include.ledger import Ledger
from include.planning.image_rows import image_rows
from include.planning.model import Plan, load_plan, save_plan
from include.planning.object_rows import object_rows, volume_rows
from include.planning.storage_client import bucket_exists, make_bucket, open_storage
from include.run import MigrationRun
from include.velero import install_velero
from include.velero.attempts import PLURALS
from include.velero.bucket import backup_bucket
from include.velero.names import API, object_path
from tests import orders
from tests.builders.definitions import definition_text
from tests.lab.sides import lab_documents

TARGET = "lab-target"
NAMESPACE = "velero-faults"
NAMESPACE_PATH = f"/api/v1/namespaces/{NAMESPACE}"
SETTINGS = tuple(f"setting-{number:02}" for number in range(60))
DENIED = SETTINGS[7]
CLAIM, PICKY, KIND = "files", "picky", "rates.faults.example"
CRD_PATH = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{KIND}"
FILLER = "registry.source.lab/restic/restic:0.18.1"
GONE_SECONDS = 60.0

Manifest = dict[str, Any]


class VeleroEstate:
    """Be the namespace, and the runs that move it."""

    namespace = NAMESPACE

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs: list[MigrationRun] = []

    @property
    def path(self) -> str:
        """Return the API path of the namespace."""
        return f"/api/v1/namespaces/{self.namespace}"

    def install(self) -> None:
        """Make what a migration of the lab has made, as far as it is not there: target, buckets, images, Velero on both sides."""
        orders.order_target(orders.lab_service("cce"), TARGET)
        run = self.run("install")
        _make_buckets(run)
        save_plan(run.ledger, Plan(items=image_rows(run, [])))
        copy_images(run, [row.key for row in load_plan(run.ledger).items()])
        for side in ("source", "target"):
            install_velero(run, side)  # type: ignore[arg-type]

    def make(self) -> None:
        """Make the objects, and write into the claim."""
        source = self.run("make").source
        for manifest in _manifests():
            source.apply(manifest)
        source.wait_for(CRD_PATH, is_established, 30, f"{KIND} is established")
        source.discover(refresh=True)
        source.apply({"apiVersion": "faults.example/v1", "kind": "Rate", "metadata": _named("standard")})
        pod = f"{NAMESPACE_PATH}/pods/filler"
        source.wait_for(
            pod, lambda seen: (seen or {}).get("status", {}).get("phase") == "Succeeded", 90, "it wrote"
        )
        source.delete(pod, grace_seconds=0)
        source.wait_for(pod, lambda seen: seen is None, 30, "the pod that wrote is gone")

    def run(self, run_id: str, **passwords: str) -> MigrationRun:
        """Return a run of the namespace; one of the same id has the same ledger.

        :param passwords: connection -> another password than the lab's.
        """
        documents = lab_documents()
        for connection, password in passwords.items():
            documents[connection]["password"] = password
        definition = load_definition(definition_text(lambda document: _only_this(document, self.namespace)))
        ledger = Ledger(self._folder, definition.name, run_id)
        return MigrationRun(definition, ledger, DocumentConnections(documents), run_id)

    def planned(self, run_id: str, *, without: str = "") -> MigrationRun:
        """Return a new run with its inventory and plan.

        :param without: what a plan leaves out, by the end of its key.
        """
        run = self.run(run_id)
        self._runs.append(run)
        take_inventory(run)
        inventory = load_inventory(run.ledger)
        rows = object_rows(inventory) + volume_rows(
            inventory.volumes(), run.definition.target.storage_classes
        )
        save_plan(run.ledger, Plan(items=[row for row in rows if not without or without not in row.key]))
        return run

    def clear_target(self) -> None:
        """Remove what a run has restored."""
        target = self.run("clear").target
        target.delete(self.path)
        target.wait_for(self.path, lambda seen: seen is None, GONE_SECONDS, "the namespace is gone")
        target.delete(CRD_PATH)
        target.wait_for(CRD_PATH, lambda seen: seen is None, GONE_SECONDS, f"{KIND} is gone")

    def remove(self) -> None:
        """Remove everything from both sides, and the runs' backups from the bucket."""
        self.clear_target()
        for run in self._runs:
            _remove_attempts(run)
        source = self.run("clear").source
        source.delete(self.path)
        source.wait_for(self.path, lambda seen: seen is None, GONE_SECONDS, "the namespace is gone")
        source.delete(CRD_PATH)


def attempts(run: MigrationRun, plural: str) -> dict[str, str]:
    """Return name and phase of a run's backups or restores."""
    cluster = run.source if plural == "backups" else run.target
    return {
        row["metadata"]["name"]: str((row.get("status") or {}).get("phase") or "New")
        for row in cluster.list(f"{API}/{plural}")
        if row["metadata"]["name"].startswith(run.short_id)
    }


def restored_settings(target: Cluster) -> list[str]:
    """Return the names of the ConfigMaps that are on the target, but for the cluster's own."""
    found = target.list(f"{NAMESPACE_PATH}/configmaps")
    return sorted(row["metadata"]["name"] for row in found if row["metadata"]["name"] in SETTINGS)


def _only_this(document: Manifest, namespace: str) -> None:
    document["source"]["namespaces"] = [namespace]
    document["databases"], document["buckets"], document["checks"] = [], [], []
    # A record that is not there leads to neither side.
    document["front_door"]["service"] = f"{namespace}/web"
    document["front_door"]["dns"]["record"] = f"{namespace}.lab."
    document["adaptation"] = {"node_labels": {"tier=fast": "tier=nowhere"}}


def _make_buckets(run: MigrationRun) -> None:
    client = open_storage(run.connections.object_storage("obs"))
    for bucket in (run.definition.velero.bucket, run.definition.volumes.bucket):
        if not bucket_exists(client, bucket):
            make_bucket(client, bucket, run.definition.target.region)


def _remove_attempts(run: MigrationRun) -> None:
    """Empty the bucket first: a location that is read again would bring the backups back."""
    bucket = backup_bucket(run)
    for plural in PLURALS.values():
        for name in attempts(run, plural):
            bucket.delete_folder(f"{plural}/{name}")
            for cluster in (run.source, run.target):
                cluster.delete(object_path(plural, name))


def _named(name: str) -> Manifest:
    return {"name": name, "namespace": NAMESPACE}


def is_established(crd: Manifest | None) -> bool:
    """Say whether the API serves a definition."""
    conditions = ((crd or {}).get("status") or {}).get("conditions") or []
    return any(row["type"] == "Established" and row["status"] == "True" for row in conditions)


def _manifests() -> list[Manifest]:
    settings = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _named(name), "data": {"text": name * 50}}
        for name in SETTINGS
    ]
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    return [namespace, _definition(), *settings, _picky(), _claim(), _filler()]


def _definition() -> Manifest:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": KIND},
        "spec": {
            "group": "faults.example",
            "names": {"kind": "Rate", "plural": "rates", "singular": "rate", "listKind": "RateList"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }


def _picky() -> Manifest:
    """Return a Deployment whose pod asks for a node that neither side has."""
    container = {"name": "app", "image": FILLER, "command": ["sleep", "3600"]}
    pod = {"nodeSelector": {"tier": "fast"}, "containers": [container]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _named(PICKY),
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": PICKY}},
            "template": {"metadata": {"labels": {"app": PICKY}}, "spec": pod},
        },
    }


def _claim() -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _named(CLAIM),
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "local-path",
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }


def _filler() -> Manifest:
    """Return the first pod that uses the claim: it is bound then."""
    container = {
        "name": "filler",
        "image": FILLER,
        "command": ["sh", "-c", "dd if=/dev/urandom of=/files/first bs=1M count=1"],
        "volumeMounts": [{"name": "files", "mountPath": "/files"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": _named("filler"),
        "spec": {
            "restartPolicy": "Never",
            "containers": [container],
            "volumes": [{"name": "files", "persistentVolumeClaim": {"claimName": CLAIM}}],
        },
    }
