"""See the target cluster as if the rehearsal's namespaces were the source's: no phase has to know of other names.

What is sent names the disposable namespaces, what comes back the source's. A real namespace of the same name cannot be
reached through this view.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Manifest = dict[str, Any]

IN_PATH = re.compile(r"^(?P<before>/(?:api/v1|apis/[^/]+/[^/]+)/namespaces/)(?P<name>[^/]+)")
NAME_LABEL = "kubernetes.io/metadata.name"
# No namespace can be called so: what lies in a real one is counted, and taken for nothing of the rehearsal's.
REAL = " (real)"


class NamespaceView:
    """Translate names of namespaces, both ways.

    :param namespaces: namespace of the source -> disposable one of the target.
    """

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._away = dict(namespaces)
        self._home = {away: home for home, away in namespaces.items()}

    def path(self, path: str) -> str:
        """Return the path that is asked in the place of one that names a namespace of the source."""
        return IN_PATH.sub(lambda found: found["before"] + self._sent(found["name"]), path)

    def sent(self, body: Any) -> Any:
        """Return a body with the disposable namespaces in it."""
        if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
            return body
        return self._renamed(body, self._sent)

    def sent_text(self, content: bytes | None) -> bytes | None:
        """Return a body that is encoded already."""
        return None if content is None else json.dumps(self.sent(json.loads(content))).encode()

    def seen(self, document: Any) -> Any:
        """Return an answer with the source's namespaces in it; of lists of namespaces the real ones are left out."""
        if not isinstance(document, dict):
            return document
        items = document.get("items")
        if isinstance(items, list):
            kind = str(document.get("kind") or "").removesuffix("List")
            return {
                **document,
                "items": [self._item(one, kind) for one in items if not self._is_hidden(one, kind)],
            }
        return self._item(document, str(document.get("kind") or ""))

    def _item(self, item: Manifest, kind: str) -> Manifest:
        if not isinstance(item.get("metadata"), dict):
            return item
        return self._renamed(item, self._shown, kind)

    def _is_hidden(self, item: Manifest, kind: str) -> bool:
        return kind == "Namespace" and item["metadata"]["name"] in self._away

    def _renamed(self, obj: Manifest, rename: Any, kind: str = "") -> Manifest:
        metadata = dict(obj["metadata"])
        if metadata.get("namespace"):
            metadata["namespace"] = rename(metadata["namespace"])
        if (kind or obj.get("kind")) == "Namespace" and obj.get("apiVersion", "v1") == "v1":
            metadata["name"] = rename(metadata["name"])
            if NAME_LABEL in (metadata.get("labels") or {}):
                metadata["labels"] = {**metadata["labels"], NAME_LABEL: metadata["name"]}
        return {**obj, "metadata": metadata}

    def _sent(self, name: str) -> str:
        return self._away.get(name, name)

    def _shown(self, name: str) -> str:
        return f"{name}{REAL}" if name in self._away else self._home.get(name, name)
