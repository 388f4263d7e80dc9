"""Yield every text in which people configure where programs connect to."""

from __future__ import annotations

from collections.abc import Iterator

from include.inventory.model import label
from include.inventory.owners import own_objects
from include.inventory.pod_specs import containers
from include.inventory.store import Inventory


def configuration_texts(inventory: Inventory) -> Iterator[tuple[str, str]]:
    """Yield (place, text) of ConfigMaps, environment variables and arguments; of Secrets nobody knows the values here."""
    for obj in own_objects(inventory):
        if obj["kind"] == "ConfigMap":
            if obj["metadata"]["name"] != "kube-root-ca.crt":
                for key, value in sorted((obj.get("data") or {}).items()):
                    yield f"{label(obj)} key {key}", value
            continue
        for container in containers(obj):
            place = f"{label(obj)} container {container['name']}"
            for variable in container.get("env") or []:
                yield f"{place} env {variable['name']}", variable.get("value") or ""
            for argument in (container.get("command") or []) + (container.get("args") or []):
                yield f"{place} arguments", argument
