"""Refuse every write of a rehearsal outside of what it throws away, whoever asks for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.labels import OWNER

if TYPE_CHECKING:
    from include.run import MigrationRun

Manifest = dict[str, Any]

READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Asked of the API server by a POST, and stored nowhere.
ASKING = re.compile(r"^/apis/authorization\.k8s\.io/")
PLACE = re.compile(
    r"^/(?:api/v1|apis/(?P<group>[^/]+)/[^/]+)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?"
)
TOOLS = frozenset({"velero", "velero-canary"})
VELERO_BINDING = ("clusterrolebindings", "velero")
MOVED_BY = ("cce-",)
RESTORE = "restores"


def refuse_in_rehearsal(run: MigrationRun, what: str) -> None:
    """Raise in a rehearsal.

    :param what: what no rehearsal does, for the text.
    """
    if run.is_rehearsal:
        raise PermanentError(
            f"{what}: no rehearsal does that, nothing was changed; this is a defect of the program"
        )


def refuse_writes_beside(allowed: Collection[str], mapping: Mapping[str, str], migration: str) -> Any:
    """Return the guard of the target cluster.

    :param allowed: namespaces that may be written into.
    :param mapping: what a restore of Velero has to map.
    :param migration: the rehearsal's name, which everything that belongs to the whole cluster has to carry.
    """

    def guard(method: str, path: str, parameters: Mapping[str, Any], body: Any) -> None:
        if _is_harmless(method, path, parameters):
            return
        found = PLACE.match(path)
        namespace = found["namespace"] if found else None
        if namespace in TOOLS:
            _refuse_unmapped(path, body, mapping)
        elif namespace not in allowed and not _is_own_cluster_object(found, body, allowed, migration):
            raise _refusal("target", method, path)

    return guard


def refuse_writes_on_source(method: str, path: str, parameters: Mapping[str, Any], body: Any) -> None:
    """Guard the source: nothing but Velero's namespace and movers, which the migration puts there before its cutover, too."""
    if _is_harmless(method, path, parameters):
        return
    found = PLACE.match(path)
    name = (found["name"] if found else None) or _name_of(body)
    is_mover = bool(found and found["namespace"] and name.startswith(MOVED_BY))
    if found and (found["namespace"] in TOOLS or is_mover or _is_tool(found, body)):
        return
    raise _refusal("source", method, path)


def _is_harmless(method: str, path: str, parameters: Mapping[str, Any]) -> bool:
    return method in READING or bool(ASKING.match(path)) or parameters.get("dryRun") == "All"


def _is_own_cluster_object(
    found: re.Match[str] | None, body: Any, allowed: Collection[str], migration: str
) -> bool:
    """Say whether something of the whole cluster is a disposable namespace, a tool, or marked as the rehearsal's."""
    if found is None or found["namespace"] is not None:
        return False
    name = found["name"] or _name_of(body)
    if found["plural"] == "namespaces" and found["group"] is None:
        return name in allowed or name in TOOLS
    return _is_tool(found, body) or _labels(body).get(OWNER) == migration


def _is_tool(found: re.Match[str], body: Any) -> bool:
    name = found["name"] or _name_of(body)
    if found["namespace"] is not None:
        return False
    is_namespace = found["plural"] == "namespaces" and name in TOOLS
    is_definition = found["plural"] == "customresourcedefinitions" and name.endswith(".velero.io")
    return is_namespace or is_definition or (found["plural"], name) == VELERO_BINDING


def _refuse_unmapped(path: str, body: Any, mapping: Mapping[str, str]) -> None:
    """A restore is written by Velero itself, out of this guard's sight: it has to say where it writes."""
    if not isinstance(body, dict) or body.get("kind") != "Restore":
        return
    spec = body.get("spec") or {}
    namespaces = set(spec.get("includedNamespaces") or ["*"])
    mapped = spec.get("namespaceMapping") or {}
    is_canary = namespaces == {"velero"} and set(mapped.values()) <= TOOLS
    is_disposable = namespaces <= set(mapping) and all(mapped.get(one) == mapping[one] for one in namespaces)
    if not is_canary and (not is_disposable or spec.get("includeClusterResources") is not False):
        raise PermanentError(
            f"{path}, target cluster: this restore of a rehearsal would write outside of its disposable namespaces; "
            "this is a defect of the program, nothing was written"
        )


def _refusal(side: str, method: str, path: str) -> PermanentError:
    return PermanentError(
        f"{method} {path}, {side} cluster: a rehearsal writes only into what it throws away; nothing was written. "
        "This is a defect of the program: report it with this line"
    )


def _labels(body: Any) -> Mapping[str, Any]:
    return ((body.get("metadata") or {}).get("labels") or {}) if isinstance(body, dict) else {}


def _name_of(body: Any) -> str:
    return str((body.get("metadata") or {}).get("name") or "") if isinstance(body, dict) else ""
