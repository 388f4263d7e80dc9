"""Tell which object an error of a restore is about, and what to do about it."""

from __future__ import annotations

import re
from typing import Any

from include.clusters.answers import forbidding_remedy
from include.errors import shorten

# Resource, namespace or nothing, name: what Velero's errors call an object, e.g. `configmaps/shop/settings`.
PlaceName = str
# pkg/restore/restore.go of Velero; a name of RBAC may hold colons.
OF_ONE_OBJECT = re.compile(
    r"^error (?:restoring|preparing) (?P<place>[^/\s]+/\S+?): (?P<cause>.+)$", re.DOTALL
)
REMEDIES = {
    "failed calling webhook": "start the webhook's Service, or remove its configuration until it answers",
    "no matches for kind": "install its CustomResourceDefinition on the target",
    "could not find the requested resource": "install its CustomResourceDefinition on the target",
    "provided port is already allocated": "free the node port on the target, or change it by a rule of your own",
    "provided IP is already allocated": "free the address on the target",
}
OTHERWISE = "change the object by a rule of your own (adaptation.rules), or make room for it on the target"


def object_refusals(results: dict[str, Any]) -> dict[PlaceName, str]:
    """Return for each object that a restore's results name among the errors why it was not taken, and what to do."""
    found = (OF_ONE_OBJECT.match(text) for text in _texts(results))
    return {match["place"]: with_remedy(match["cause"]) for match in found if match}


def other_errors(results: dict[str, Any]) -> dict[str, Any]:
    """Return the results without the errors that are about one object."""
    errors = results.get("errors") or {}
    namespaces = {name: _others(texts) for name, texts in (errors.get("namespaces") or {}).items()}
    scopes = {scope: _others(errors.get(scope) or []) for scope in ("velero", "cluster")}
    return {**results, "errors": {**scopes, "namespaces": namespaces}}


def place_name(resource: str, namespace: str, name: str) -> PlaceName:
    """Return what Velero's errors call an object; `namespace` is empty for one of the whole cluster."""
    return "/".join(part for part in (resource, namespace, name) if part)


def with_remedy(cause: str) -> str:
    """Return a cause with what to do about it."""
    known = next((remedy for sign, remedy in REMEDIES.items() if sign in cause), None)
    return f"{shorten(cause)}; {known or forbidding_remedy(cause) or OTHERWISE}"


def _others(texts: list[str]) -> list[str]:
    return [text for text in texts if not OF_ONE_OBJECT.match(text)]


def _texts(results: dict[str, Any]) -> list[str]:
    errors = results.get("errors") or {}
    namespaces = errors.get("namespaces") or {}
    of_namespaces = [text for texts in namespaces.values() for text in texts]
    return [*(errors.get("velero") or []), *(errors.get("cluster") or []), *of_namespaces]
