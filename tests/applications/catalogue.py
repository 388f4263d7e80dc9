"""Send every application through the whole pipeline, and describe in few lines what comes of it."""

from __future__ import annotations

import importlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from include.adaptation.context import AdaptationContext
from include.adaptation.pipeline import Trace, trace
from include.definition import Definition
from include.images import map_reference
from include.inventory import Inventory
from include.inventory.disks import disk_claims
from include.inventory.finding_rules import find_all
from include.inventory.ingress_backends import elb_backends
from include.inventory.model import label
from include.inventory.moved_addresses import moves_of
from include.inventory.secrecy import hide_secret
from include.planning.exclusions import reason_to_exclude
from tests.applications.application import Application
from tests.builders.definitions import definition
from tests.builders.objects import inventory

FOLDER = Path(__file__).parent / "goldens"
APPLICATIONS = (
    "airflow",
    "argo_cd",
    "cert_manager",
    "elasticsearch",
    "git_forge",
    "ingress_nginx",
    "jenkins",
    "kafka",
    "keycloak",
    "minio",
    "nextcloud",
    "online_shop",
    "prometheus_stack",
    "redis_ha",
    "wordpress",
)
CLASSES = (
    "alicloud-disk-essd", "cbs", "cinder", "gp2", "gp3", "local-storage", "longhorn", "managed-csi", "managed-premium", "standard-rwo",
)  # fmt: skip
REGISTRIES = (
    "ccr.ccs.tencentyun.com", "docker.elastic.co", "docker.io", "quay.io", "registry.cn-hangzhou.aliyuncs.com", "registry.gitlab.com",
    "registry.k8s.io", "us-docker.pkg.dev",
)  # fmt: skip
# Every object, or every pod template, is changed by them alike: a number says enough.
COUNTED = ("server_fields", "pull_secret", "images", "service_addresses")
KEY = b"a key of the tests"

Manifest = dict[str, Any]


@cache
def application(name: str) -> Application:
    """Return one application."""
    built: Application = importlib.import_module(f"tests.applications.{name}").build()
    return built


@cache
def chosen_definition() -> Definition:
    """Return the lab's definition with the classes and registries of every cloud in it."""

    def change(document: Manifest) -> None:
        classes = dict.fromkeys(CLASSES, "csi-disk") | dict.fromkeys(("efs-sc", "cfs"), "sfsturbo-folders")
        document["target"] |= {"storage_classes": classes}
        document["images"]["sources"] = {
            "registry.source.lab": "source_registry",
            **dict.fromkeys(REGISTRIES, "source_registry"),
        }
        # It names workloads of the lab's estate.
        document["cutover"].pop("start_early", None)

    return definition(change)


@cache
def inventory_of(name: str) -> Inventory:
    """Return the inventory of one application: Secrets carry hashes."""
    moves, app = moves_of(chosen_definition()), application(name)
    objects = [hide_secret(obj, moves, KEY) if obj["kind"] == "Secret" else obj for obj in app.objects]
    return inventory(*objects, namespaces=[app.name], registries=sorted(chosen_definition().images.hosts))


@cache
def context_for(name: str) -> AdaptationContext:
    """Return the context that one application is adapted in."""
    chosen = chosen_definition()
    return AdaptationContext(
        chosen,
        moves_of(chosen),
        lambda reference: map_reference(chosen, "swr.eu-de.lab", reference),
        tuple(sorted(chosen.images.hosts)),
        disk_claims(inventory_of(name), chosen),
        elb_backends(inventory_of(name), chosen),
    )


def traces(name: str) -> list[tuple[Manifest, Trace]]:
    """Return every object that is migrated, before and after."""
    known = inventory_of(name)
    kept = [obj for obj in known.objects() if reason_to_exclude(obj, known) is None]
    return [(obj, trace(obj, context_for(name))) for obj in kept]


def outcome(name: str) -> Manifest:
    """Return what the golden file of an application says: what changes by which rule, and what a person is told."""
    counts = dict.fromkeys(COUNTED, 0)
    changes: dict[str, list[str]] = {}
    found = traces(name)
    for obj, one in found:
        for rule in one.rules:
            if rule in counts:
                counts[rule] += 1
        lines = [_line(change.document(obj["kind"])) for change in one.changes if change.rule not in counts]
        if lines:
            changes[label(obj)] = sorted(lines)
    findings = [
        f"{one.severity} {one.rule}: {one.object} {one.message}"
        for one in find_all(inventory_of(name), chosen_definition())
    ]
    return {
        "objects": len(application(name).objects),
        "migrated": len(found),
        "objects changed alike": {rule: count for rule, count in counts.items() if count},
        "changes": dict(sorted(changes.items())),
        "findings": findings,
    }


def golden(name: str) -> Manifest:
    """Return what the file says."""
    read: Manifest = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return read


def write(name: str) -> None:
    """Write the file of an application anew; read the difference before you commit it."""
    text = yaml.safe_dump(outcome(name), sort_keys=False, width=140, allow_unicode=True)
    (FOLDER / f"{name}.yaml").write_text(text, encoding="utf-8")


def _line(change: Manifest) -> str:
    before, after = (
        json.dumps(change[side], ensure_ascii=False, sort_keys=True) for side in ("before", "after")
    )
    return f"{change['rule']}: {change['path']} {before} -> {after}"


if __name__ == "__main__":
    for one in APPLICATIONS:
        write(one)
