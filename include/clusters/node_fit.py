"""Say whether a node may run a pod: by the pod's node selector, its required node affinity and its tolerations.

What the scheduler asks of a node whoever else runs there
(https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ and …/taint-and-toleration/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Manifest = dict[str, Any]
# A taint of the third effect, PreferNoSchedule, keeps nobody away.
REPELLING = frozenset({"NoSchedule", "NoExecute"})
# Label's value, or None, and the values of the expression -> whether it matches.
OPERATORS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": lambda value, values: _number(value) > _number(values[0]),
    "Lt": lambda value, values: _number(value) < _number(values[0]),
}


def may_run(spec: Manifest, node: Manifest) -> bool:
    """Say whether a pod of this spec may be put on a node."""
    return _is_selected(spec, node) and _has_affinity(spec, node) and _is_tolerated(spec, node)


def required_node_terms(spec: Manifest) -> list[Manifest] | None:
    """Return the terms of a pod's required node affinity, one of which has to match; None where it requires nothing."""
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return None if required is None else list(required.get("nodeSelectorTerms") or [])


def _is_selected(spec: Manifest, node: Manifest) -> bool:
    labels = _labels(node)
    return all(labels.get(name) == value for name, value in (spec.get("nodeSelector") or {}).items())


def _has_affinity(spec: Manifest, node: Manifest) -> bool:
    terms = required_node_terms(spec)
    return terms is None or any(_fits(term, node) for term in terms)


def _fits(term: Manifest, node: Manifest) -> bool:
    """Say whether all of a term matches; an empty term matches no node."""
    fields = {"metadata.name": node["metadata"]["name"]}
    asked = [(one, _labels(node)) for one in term.get("matchExpressions") or []]
    asked += [(one, fields) for one in term.get("matchFields") or []]
    return bool(asked) and all(_matches(expression, values) for expression, values in asked)


def _matches(expression: Manifest, values: Mapping[str, str]) -> bool:
    compare = OPERATORS[expression["operator"]]
    return compare(values.get(expression["key"]), expression.get("values") or [])


def _number(text: str | None) -> float:
    """Return a label's number; one that is none is neither greater nor less than any."""
    try:
        return int(text or "")
    except ValueError:
        return float("nan")


def _is_tolerated(spec: Manifest, node: Manifest) -> bool:
    tolerations = spec.get("tolerations") or []
    taints = (node.get("spec") or {}).get("taints") or []
    return all(
        any(_tolerates(one, taint) for one in tolerations) for taint in taints if taint["effect"] in REPELLING
    )


def _tolerates(toleration: Manifest, taint: Manifest) -> bool:
    if toleration.get("effect") not in {None, "", taint["effect"]}:
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in {None, "", taint["key"]}
    named = (toleration.get("key"), toleration.get("value") or "")
    return named == (taint["key"], taint.get("value") or "")


def _labels(node: Manifest) -> Mapping[str, str]:
    return node["metadata"].get("labels") or {}
