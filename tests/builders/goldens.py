"""Read what each adaptation rule does to one example: tests/goldens/adaptation/<rule>.yaml has it before and after."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from include.adaptation.context import AdaptationContext
from include.inventory.moved_addresses import Move, moves_of
from tests.builders.definitions import definition

FOLDER = Path(__file__).resolve().parents[1] / "goldens" / "adaptation"

MAPPED = {
    "node_labels": {"eks.amazonaws.com/nodegroup=spot": "cce.cloud.com/cce-nodepool=spot"},
    "zones": {"eu-central-1a": "eu-de-01"},
    "schedulers": {"yunikorn": "volcano"},
    "runtime_classes": {"gvisor": "kata"},
    "pod_specs": [
        {"kind": "Kafka", "group": "kafka.strimzi.io", "path": "spec.kafka.pools[*].pod"},
        {"kind": "Alertmanager", "group": "monitoring.coreos.com", "path": "spec"},
    ],
}

FOLDERS = [
    {
        "workload": "Deployment shop/receipts",
        "volume": "receipts",
        "claim": "receipts",
        "storage_class": "csi-disk",
        "size": "10Gi",
    }
]

# A server with an address instead of a name.
LEGACY = Move("legacy", "10.1.0.5:5432", "192.168.0.9:6432")

Manifest = dict[str, Any]


def golden(rule: str) -> tuple[Manifest, Manifest]:
    """Return an example of a rule before and after it."""
    document = yaml.safe_load((FOLDER / f"{rule}.yaml").read_text(encoding="utf-8"))
    return document["before"], document["after"]


def golden_names() -> list[str]:
    """Return the rules that have an example."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def write_golden(rule: str, before: Manifest, after: Manifest) -> None:
    """Write an example anew; read the difference before you commit it."""
    text = yaml.safe_dump({"before": before, "after": after}, sort_keys=False, width=110)
    (FOLDER / f"{rule}.yaml").write_text(text, encoding="utf-8")


@cache
def golden_context() -> AdaptationContext:
    """Return the context that the examples are adapted in: the lab's definition, with everything mapped that can be."""
    chosen = definition(_with_choices)
    disks = frozenset({("shop", "uploads")})
    return AdaptationContext(
        chosen,
        (*moves_of(chosen), LEGACY),
        _target_image,
        ("registry.source.lab",),
        disks,
        frozenset({("shop", "api")}),
        frozenset({("shop", "source-login")}),
        {"old": "baseline"},
    )


def _with_choices(document: dict[str, Any]) -> None:
    document.update(adaptation=MAPPED)
    document["volumes"].update(host_paths=FOLDERS)


def _target_image(reference: str) -> str:
    return reference.replace("registry.source.lab/", "swr.eu-de.lab/shop/")
