"""Show everything that is known of one item: what was planned, what was done, both values of its proof, its changes."""

from __future__ import annotations

from typing import Any

from include.adaptation.adapting import FOLDER as CHANGES
from include.ledger import safe_key
from include.live.documents import Document, Documents


def details_of(documents: Documents, phase: str, key: str) -> Document:
    """Return the documents of one item; each is None where there is none."""
    place = f"{phase}/{safe_key(key)}"
    return {
        "planned": _planned(documents, phase, key),
        "record": documents.fresh(f"items/{place}"),
        "proof": documents.fresh(f"proofs/{place}"),
        "waiver": documents.fresh(f"waivers/{place}"),
        "changes": _changes(documents, key),
    }


def changed_objects(documents: Documents) -> list[dict[str, Any]]:
    """Return key, name, rules and number of changes of each object that the adaptation changed."""
    found = documents.all(CHANGES, _changed).values()
    return sorted((one for one in found if one["count"]), key=lambda one: str(one["object"]))


def _changed(document: Document) -> dict[str, Any]:
    changes = document.get("changes") or []
    return {
        "key": document["key"],
        "object": document["object"],
        "rules": sorted({change["rule"] for change in changes}),
        "count": len(changes),
    }


def _changes(documents: Documents, key: str) -> list[Document]:
    document = documents.fresh(f"{CHANGES}/{safe_key(key)}") or {}
    return list(document.get("changes") or [])


def _planned(documents: Documents, phase: str, key: str) -> Document | None:
    plan = documents.fresh("plan") or {}
    rows = plan.get("items") or []
    return next((row for row in rows if (row["phase"], row["key"]) == (phase, key)), None)
