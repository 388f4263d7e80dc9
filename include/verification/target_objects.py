"""Read the target's counterparts of many objects by lists, a page at a time, instead of by a request for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from include.errors import ClusterError

if TYPE_CHECKING:
    from include.clusters import Cluster

# Secrets and ConfigMaps may have a megabyte each, and a page of them is in memory at once.
PAGE = 100
# What serves a kind may have no lists of it, or be gone.
NO_LIST = frozenset({404, 405})

Manifest = dict[str, Any]
Row = TypeVar("Row")
Wanted = tuple[Row, Manifest]


def with_live(
    target: Cluster, wanted: Iterable[Wanted[Row]]
) -> Iterator[tuple[Row, Manifest, Manifest | None]]:
    """Yield each row and object with the live object of the same name on the target, None when it or its kind is not there.

    Objects that follow each other, of one kind and namespace and in the order of their names, share lists, which Kubernetes gives in
    the same order. What a list does not show is asked for by its name: it may be out of order, or newer than the list.
    """
    for (api_version, kind, namespace), group in groupby(wanted, key=lambda one: _collection(one[1])):
        path = _path(target, api_version, kind, namespace)
        live = _Live(target, path)
        for row, obj in group:
            yield row, obj, None if path is None else live.find(obj)


class _Live:
    """Go through one collection of the target, as far as it is asked for."""

    def __init__(self, target: Cluster, path: str | None) -> None:
        self._target = target
        self._listed = _list(target, path)
        self._seen = next(self._listed, None)

    def find(self, obj: Manifest) -> Manifest | None:
        name = obj["metadata"]["name"]
        while self._seen is not None and self._seen["metadata"]["name"] < name:
            self._seen = next(self._listed, None)
        if self._seen is not None and self._seen["metadata"]["name"] == name:
            return self._seen
        return _read(self._target, obj)


def _collection(obj: Manifest) -> tuple[str, str, str | None]:
    return str(obj.get("apiVersion")), str(obj.get("kind")), obj["metadata"].get("namespace")


def _path(target: Cluster, api_version: str, kind: str, namespace: str | None) -> str | None:
    """Return the path of a collection; None when the target does not serve its kind."""
    try:
        resource = target.resource(api_version, kind)
    except ClusterError as error:
        if error.status == 404:
            return None
        raise
    return resource.path((namespace or "default") if resource.is_namespaced else None)


def _list(target: Cluster, path: str | None) -> Iterator[Manifest]:
    if path is None:
        return
    try:
        yield from target.list(path, limit=PAGE)
    except ClusterError as error:
        if error.status not in NO_LIST:
            raise


def _read(target: Cluster, obj: Manifest) -> Manifest | None:
    try:
        return target.find(target.path_of(obj))
    except ClusterError as error:
        if error.status == 404:
            return None
        raise
