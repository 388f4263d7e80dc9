"""Convert CustomResourceDefinitions of apiextensions.k8s.io/v1beta1."""

from __future__ import annotations

from typing import Any

EXTENSIONS = "apiextensions.k8s.io/v1"
PRESERVE = "x-kubernetes-preserve-unknown-fields"
# Stood once for all versions; v1 has them at each.
PER_VERSION = ("subresources", "additionalPrinterColumns")


def _definition(obj: dict[str, Any]) -> None:
    """Say at each version what v1beta1 said once for all: schema, subresources and columns."""
    spec = obj.setdefault("spec", {})
    only = spec.pop("version", None)
    versions = spec.setdefault("versions", [{"name": only, "served": True, "storage": True}])
    common = {name: spec.pop(name) for name in PER_VERSION if name in spec}
    schema = (spec.pop("validation", None) or {}).get("openAPIV3Schema")
    is_open = spec.pop("preserveUnknownFields", True)
    for version in versions:
        for name, value in common.items():
            version.setdefault(name, value)
        own = (version.get("schema") or {}).get("openAPIV3Schema") or schema
        version["schema"] = {"openAPIV3Schema": _schema(own, is_open=is_open)}
        if "additionalPrinterColumns" in version:
            version["additionalPrinterColumns"] = list(map(_column, version["additionalPrinterColumns"]))
    if "conversion" in spec:
        spec["conversion"] = _conversion(spec["conversion"])


def _schema(schema: dict[str, Any] | None, *, is_open: bool) -> dict[str, Any]:
    """Return a schema that v1 takes at its root: of type object, and open where unknown fields were kept before."""
    found = {"type": "object", **(schema or {})}
    return {**found, PRESERVE: True} if is_open or schema is None else found


def _column(column: dict[str, Any]) -> dict[str, Any]:
    return {"jsonPath" if name == "JSONPath" else name: value for name, value in column.items()}


def _conversion(conversion: dict[str, Any]) -> dict[str, Any]:
    client = conversion.get("webhookClientConfig")
    if client is None:
        return {name: value for name, value in conversion.items() if name != "conversionReviewVersions"}
    reviews = conversion.get("conversionReviewVersions") or ["v1beta1"]
    return {
        "strategy": conversion.get("strategy", "Webhook"),
        "webhook": {"clientConfig": client, "conversionReviewVersions": reviews},
    }


CONVERSIONS = {("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"): (EXTENSIONS, _definition)}
