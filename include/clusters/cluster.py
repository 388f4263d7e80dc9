"""Read, write and wait for objects of one cluster."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import httpx

from include.clusters.commands import CommandResult, run_command, stream_command
from include.clusters.discovery import ACCEPT, ApiResource, discover, preferred
from include.clusters.transport import Transport
from include.connections import ClusterAccess
from include.errors import ClusterError, ObjectInvalidError, ObjectNotFoundError, WaitTimeoutError, shorten

logger = logging.getLogger(__name__)

PAGE = 500
RELAY_SECONDS = 10.0
# Those of a connection, and those that the API server would take for its own or for the caller's.
OWN_HEADERS = frozenset({
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "authorization",
    "cookie",
})
FIELD_MANAGER = "cce-migration"
POLL_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 10.0
PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "json": "application/json-patch+json",
}

Manifest = dict[str, Any]
# Named here because inside the class `list` is a method.
Resources = list[ApiResource]
Propagation = Literal["Background", "Foreground", "Orphan"]


class Cluster:
    """Be one cluster, called source or target in every text. Safe to share between threads.

    Every method raises `ClusterError` subclasses for 4xx answers (401, 403, 404, 409, 422 each have their own)
    and `ClusterUnavailableError`, a `TemporaryError`, when the API did not answer or stayed busy.
    Paths are API paths, e.g. `/apis/apps/v1/namespaces/shop/deployments/web`.
    """

    def __init__(
        self,
        access: ClusterAccess,
        *,
        timeout_seconds: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name = access.name
        self._access = access
        self._transport = self._connect(access, timeout_seconds, transport)
        self._resources: Resources | None = None
        self._lock = threading.Lock()

    def _connect(
        self, access: ClusterAccess, timeout_seconds: float, transport: httpx.BaseTransport | None
    ) -> Transport:
        return Transport(access, timeout_seconds=timeout_seconds, transport=transport)

    def __repr__(self) -> str:
        return f"Cluster({self.name}, {self._transport.server})"

    def close(self) -> None:
        """Close all connections now; otherwise they close with the last reference to the cluster."""
        self._transport.close()

    def get(self, path: str, **parameters: Any) -> Manifest:
        """Return one object, or whatever JSON object the path answers with."""
        answer: Manifest = self._transport.send("GET", path, parameters=parameters).json()
        return answer

    def find(self, path: str, **parameters: Any) -> Manifest | None:
        """Return one object, or None when it is not there."""
        try:
            return self.get(path, **parameters)
        except ObjectNotFoundError:
            return None

    def glance(self, path: str, timeout_seconds: float) -> Manifest:
        """Return a JSON object by one quick try: for what is good to know and not worth waiting for.

        :raises ClusterError: also when the answer is no JSON object, as a proxied server may give.
        """
        answer = self._transport.glance(path, timeout_seconds)
        try:
            document = answer.json()
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ClusterError(
                f"{path}, {self.name} cluster: the answer is no JSON object; look at what serves this path",
                cluster=self.name,
            )
        return document

    def ask_service(self, namespace: str, service: str, port: int, request: httpx.Request) -> httpx.Response:
        """Return what a Service answers to a request, whatever its status, by way of the API server.

        Of the request count the method, the path, the body, the read timeout, and the headers other than those of a connection
        or a login: the API server takes these for its own.

        :raises ClusterUnavailableError: when no answer came.
        """
        place = (
            f"/api/v1/namespaces/{namespace}/services/{service}:{port}/proxy{request.url.raw_path.decode()}"
        )
        headers = {name: value for name, value in request.headers.items() if name not in OWN_HEADERS}
        seconds = float(request.extensions.get("timeout", {}).get("read") or RELAY_SECONDS)
        return self._transport.relay(
            request.method, place, seconds, content=request.read() or None, headers=headers
        )

    def exists(self, path: str) -> bool:
        """Say whether an object is there."""
        return self.find(path) is not None

    def list(self, path: str, **parameters: Any) -> Iterator[Manifest]:
        """Yield every object of a collection, page by page, each with apiVersion and kind filled in.

        :param parameters: e.g. `labelSelector="app=web"`, `fieldSelector="spec.nodeName=n1"`.

        When a continue token grows too old (410) the list is read again from its start, and objects that
        were yielded already are left out.
        """
        parameters.setdefault("limit", PAGE)
        seen: set[str] = set()
        token: str | None = None
        while True:
            try:
                page = self.get(path, **parameters, **({"continue": token} if token else {}))
            except ClusterError as error:
                if error.status != 410 or token is None:
                    raise
                token = None
                continue
            for item in _page_items(page):
                uid = item.get("metadata", {}).get("uid") or json.dumps(item.get("metadata"), sort_keys=True)
                if uid not in seen:
                    seen.add(uid)
                    yield item
            token = (page.get("metadata") or {}).get("continue") or None
            if token is None:
                return

    def count(self, path: str) -> int:
        """Return how many objects a collection has, without reading them all where the API tells what is left."""
        page = self.get(path, limit=1)
        metadata = page.get("metadata") or {}
        if metadata.get("continue") and "remainingItemCount" not in metadata:
            return sum(1 for _ in self.list(path))
        return len(page.get("items") or []) + int(metadata.get("remainingItemCount") or 0)

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        """Create an object; `ObjectExistsError` when one of this name is there."""
        return self.post(self._collection_of(manifest), manifest, dryRun="All" if dry_run else None)

    def post(self, path: str, body: Manifest, **parameters: Any) -> Manifest:
        """Send a body to a path, e.g. a subresource such as `…/pods/web/eviction`."""
        parameters.setdefault("fieldManager", FIELD_MANAGER)
        return _object(self._transport.send("POST", path, parameters=parameters, body=body))

    def patch(
        self,
        path: str,
        patch: Any,
        *,
        kind: Literal["merge", "strategic", "json"] = "merge",
        dry_run: bool = False,
    ) -> Manifest:
        """Change parts of an object; a JSON patch is a list, the others are mappings."""
        answer = self._transport.send(
            "PATCH",
            path,
            parameters={"fieldManager": FIELD_MANAGER, "dryRun": "All" if dry_run else None},
            body=patch,
            headers={"Content-Type": PATCH_TYPES[kind]},
        )
        return _object(answer)

    def replace(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        """Replace an object; with its resourceVersion in the manifest, `ObjectConflictError` when it changed."""
        parameters = {"fieldManager": FIELD_MANAGER, "dryRun": "All" if dry_run else None}
        answer = self._transport.send("PUT", self.path_of(manifest), parameters=parameters, body=manifest)
        return _object(answer)

    def delete(
        self,
        path: str,
        *,
        propagation: Propagation = "Background",
        grace_seconds: int | None = None,
        missing_ok: bool = True,
    ) -> bool:
        """Delete an object or a collection; say whether there was something to delete."""
        body: Manifest = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": propagation}
        if grace_seconds is not None:
            body["gracePeriodSeconds"] = grace_seconds
        try:
            self._transport.send("DELETE", path, body=body)
        except ObjectNotFoundError:
            if not missing_ok:
                raise
            return False
        return True

    def apply(self, manifest: Manifest, dry_run: bool = False) -> Manifest:
        """Create or change an object by server-side apply, taking over fields others own.

        :param dry_run: let the server check everything, admission included, and store nothing.
        """
        parameters = {"fieldManager": FIELD_MANAGER, "force": True, "dryRun": "All" if dry_run else None}
        answer = self._transport.send(
            "PATCH",
            self.path_of(manifest),
            parameters=parameters,
            content=json.dumps(_applicable(manifest)).encode(),
            headers={"Content-Type": "application/apply-patch+yaml"},
        )
        return _object(answer)

    def discover(self, *, refresh: bool = False) -> Resources:
        """Return every resource the API serves, each in its preferred version, sorted."""
        return preferred(self._served(refresh=refresh))

    def resource(self, api_version: str, kind: str) -> ApiResource:
        """Return the resource that serves a kind; asks the API again once when the kind is new.

        :raises ObjectNotFoundError: when the cluster does not serve the kind in this version.
        """
        for refresh in (False, True):
            for resource in self._served(refresh=refresh):
                if resource.kind == kind and resource.api_version == api_version:
                    return resource
        raise ObjectNotFoundError(
            f"{kind} of {api_version}, {self.name} cluster: the API does not serve it; "
            "install its CustomResourceDefinition, or use a version this cluster knows",
            status=404,
            cluster=self.name,
            object_name=f"{api_version} {kind}",
        )

    def path_of(self, manifest: Manifest) -> str:
        """Return the API path of an object from its apiVersion, kind, namespace and name."""
        metadata = manifest.get("metadata") or {}
        if not metadata.get("name"):
            raise ObjectInvalidError(
                f"{manifest.get('kind')} without a name, {self.name} cluster: set metadata.name",
                cluster=self.name,
            )
        resource = self._resource_of(manifest)
        namespace = (metadata.get("namespace") or "default") if resource.is_namespaced else None
        return resource.path(namespace, metadata["name"])

    def wait_for(
        self,
        path: str,
        predicate: Callable[[Manifest | None], bool],
        timeout_seconds: float,
        what: str,
    ) -> Manifest | None:
        """Read a path every half second until the predicate is true; return what was read then.

        :param predicate: gets the object, or None while it is not there.
        :param what: the condition in words, for log and error, e.g. `deployment shop/web has 2 ready pods`.
        :raises WaitTimeoutError: with the object's last status.
        """
        started = last_line = time.monotonic()
        while True:
            seen = self.find(path)
            if predicate(seen):
                return seen
            moment = time.monotonic()
            if moment - started >= timeout_seconds:
                raise WaitTimeoutError(
                    f"{what}, {self.name} cluster: not so after {timeout_seconds:.0f} s; "
                    f"last seen: {_last_seen(seen)}; look at the object's events and at what it waits for"
                )
            if moment - last_line >= SECONDS_BETWEEN_LINES:
                last_line = moment
                logger.info("Waiting for %s on the %s cluster, %.0f s", what, self.name, moment - started)
            time.sleep(POLL_SECONDS)

    def version(self) -> Manifest:
        """Return the API server's version document; `gitVersion` is e.g. v1.33.4."""
        return self.get("/version")

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int | None = None) -> str:
        """Return a container's log text, or its last `tail` lines."""
        path = f"/api/v1/namespaces/{namespace}/pods/{pod}/log"
        parameters = {"container": container, "tailLines": tail}
        return self._transport.send("GET", path, parameters=parameters, headers={"Accept": "*/*"}).text

    def run_command(
        self, namespace: str, pod: str, container: str, command: Sequence[str], timeout_seconds: float
    ) -> CommandResult:
        """Run a command in a container to its end; one that exits with an error is a result, too.

        :raises WaitTimeoutError: when it does not end in time; it goes on in its container.
        """
        return run_command(self._access, namespace, pod, container, command, timeout_seconds)

    def stream_command(
        self, namespace: str, pod: str, container: str, command: Sequence[str], silence_seconds: float
    ) -> Iterator[bytes]:
        """Yield what a command in a container prints while it runs.

        :raises WaitTimeoutError: when nothing comes for so long.
        :raises ClusterUnavailableError: when the connection breaks, or the command fails.
        """
        return stream_command(self._access, namespace, pod, container, command, silence_seconds)

    def _served(self, *, refresh: bool) -> Resources:
        with self._lock:
            if self._resources is None or refresh:
                self._resources = discover(
                    lambda path: _object(self._transport.send("GET", path, headers={"Accept": ACCEPT}))
                )
            return self._resources

    def _resource_of(self, manifest: Manifest) -> ApiResource:
        return self.resource(str(manifest.get("apiVersion")), str(manifest.get("kind")))

    def _collection_of(self, manifest: Manifest) -> str:
        resource = self._resource_of(manifest)
        namespace = (manifest.get("metadata") or {}).get("namespace") or "default"
        return resource.path(namespace if resource.is_namespaced else None)


def _object(answer: httpx.Response) -> Manifest:
    document: Manifest = answer.json()
    return document


def _page_items(page: Manifest) -> Iterator[Manifest]:
    """Fill in apiVersion and kind, which a list leaves out of its items."""
    api_version, kind = page.get("apiVersion"), str(page.get("kind") or "").removesuffix("List")
    for item in page.get("items") or []:
        yield {"apiVersion": api_version, "kind": kind, **item} if "kind" not in item else item


def _applicable(manifest: Manifest) -> Manifest:
    """Leave out what server-side apply refuses."""
    metadata = {key: value for key, value in manifest.get("metadata", {}).items() if key != "managedFields"}
    return {**manifest, "metadata": metadata}


def _last_seen(seen: Manifest | None) -> str:
    return "nothing" if seen is None else shorten(json.dumps(seen.get("status") or {}), 300)
