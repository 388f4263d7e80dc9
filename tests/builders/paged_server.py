"""An API server that only lists page by page, shows single objects and takes dry runs; it keeps count of what it was asked."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import httpx

from include.clusters import Cluster
from tests.builders.connections import cluster_access
from tests.builders.objects import KINDS, resource

Manifest = dict[str, Any]


class PagedServer:
    """Serve objects as Kubernetes does: lists in the order of names, with `limit` and `continue`.

    :param hidden: paths that no list shows, as of objects that came while it was read.
    """

    def __init__(self, *objects: Manifest, hidden: frozenset[str] = frozenset()) -> None:
        # As text: what a test counts of memory is then not this.
        self._texts = {self._path(obj): json.dumps(obj) for obj in objects}
        self._hidden = hidden
        self.asked: Counter[str] = Counter()

    @property
    def cluster(self) -> Cluster:
        """Return the target cluster behind it."""
        return Cluster(cluster_access("target"), transport=httpx.MockTransport(self._answer))

    def _path(self, obj: Manifest) -> str:
        metadata = obj["metadata"]
        return resource(obj["apiVersion"], obj["kind"]).path(metadata.get("namespace"), metadata["name"])

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path in {"/api", "/apis"}:
            return httpx.Response(200, json={"kind": "APIGroupDiscoveryList", "items": _groups(path)})
        if request.method == "POST":
            self.asked["dry run"] += 1
            return httpx.Response(201, content=request.content)
        if path in self._texts:
            self.asked["get"] += 1
            return httpx.Response(200, text=self._texts[path])
        if any(resource(*key).path(_namespace(path)) == path for key in KINDS):
            self.asked["list"] += 1
            return self._page(path, request.url.params)
        self.asked["get"] += 1
        return httpx.Response(404, json={"kind": "Status", "message": "not found"})

    def _page(self, path: str, parameters: httpx.QueryParams) -> httpx.Response:
        known = sorted(
            one for one in self._texts if one.rpartition("/")[0] == path and one not in self._hidden
        )
        start, limit = int(parameters.get("continue", 0)), int(parameters.get("limit", len(known) or 1))
        shown = ",".join(self._texts[one] for one in known[start : start + limit])
        token = str(start + limit) if start + limit < len(known) else ""
        return httpx.Response(200, text=f'{{"metadata": {{"continue": "{token}"}}, "items": [{shown}]}}')


def _namespace(path: str) -> str | None:
    _, _, rest = path.partition("/namespaces/")
    return rest.partition("/")[0] or None


def _groups(path: str) -> list[Manifest]:
    """Return the answer of discovery: the kinds of these tests, those without a group at `/api`."""
    found: dict[str, dict[str, list[Manifest]]] = {}
    for key in KINDS:
        one = resource(*key)
        if (path == "/api") == (not one.group):
            scope = "Namespaced" if one.is_namespaced else "Cluster"
            row = {
                "resource": one.plural,
                "responseKind": {"kind": one.kind},
                "scope": scope,
                "verbs": ["list"],
            }
            found.setdefault(one.group, {}).setdefault(one.version, []).append(row)
    return [
        {
            "metadata": {"name": group},
            "versions": [{"version": version, "resources": rows} for version, rows in versions.items()],
        }
        for group, versions in found.items()
    ]
