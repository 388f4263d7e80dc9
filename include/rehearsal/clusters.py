"""Open both clusters as a rehearsal may use them: the source for tools alone, the target by its disposable namespaces."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from include.clusters import Cluster
from include.clusters.transport import Transport
from include.connections import ClusterAccess
from include.definition import Definition
from include.rehearsal.guards import refuse_writes_beside, refuse_writes_on_source
from include.rehearsal.names import disposable_namespaces
from include.rehearsal.view import NamespaceView

if TYPE_CHECKING:
    from include.run import MigrationRun

Guard = Callable[[str, str, Mapping[str, Any], Any], None]


def guarded_source(access: ClusterAccess, transport: httpx.BaseTransport | None = None) -> Cluster:
    """Return the source cluster, which refuses whatever a migration would not put there before its cutover."""
    return GuardedCluster(access, refuse_writes_on_source, NamespaceView({}), transport)


def rehearsed_target(
    access: ClusterAccess, definition: Definition, transport: httpx.BaseTransport | None = None
) -> Cluster:
    """Return the target cluster with the disposable namespaces in the place of the source's.

    :param definition: the rehearsal's own.
    """
    namespaces = disposable_namespaces(definition.source.namespaces)
    guard = refuse_writes_beside(set(namespaces.values()), namespaces, definition.name)
    return GuardedCluster(access, guard, NamespaceView(namespaces), transport)


class GuardedCluster(Cluster):
    """Be a cluster whose every request passes a view and a guard."""

    def __init__(
        self,
        access: ClusterAccess,
        guard: Guard,
        view: NamespaceView,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._guard, self._view = guard, view
        super().__init__(access, transport=transport)

    def _connect(
        self, access: ClusterAccess, timeout_seconds: float, transport: httpx.BaseTransport | None
    ) -> Transport:
        return GuardedTransport(access, self._guard, self._view, timeout_seconds, transport)


class GuardedTransport(Transport):
    """Translate each request, ask the guard, and translate the answer."""

    def __init__(
        self,
        access: ClusterAccess,
        guard: Guard,
        view: NamespaceView,
        timeout_seconds: float,
        transport: httpx.BaseTransport | None,
    ) -> None:
        super().__init__(access, timeout_seconds=timeout_seconds, transport=transport)
        self._guard, self._view = guard, view

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the translated answer to a translated request.

        :raises PermanentError: when the guard refuses it; nothing was sent then.
        """
        place, sent, encoded = self._view.path(path), self._view.sent(body), self._view.sent_text(content)
        self._guard(method, place, parameters or {}, json.loads(encoded) if encoded else sent)
        answer = super().send(
            method, place, parameters=parameters, body=sent, content=encoded, headers=headers
        )
        return self._seen(answer)

    def glance(self, path: str, timeout_seconds: float) -> httpx.Response:
        """Return the translated answer to one GET."""
        return self._seen(super().glance(path, timeout_seconds))

    def relay(
        self,
        method: str,
        path: str,
        timeout_seconds: float,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the answer of a program, as it is."""
        place = self._view.path(path)
        return super().relay(method, place, timeout_seconds, content=content, headers=headers)

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        if "json" not in answer.headers.get("content-type", ""):
            return answer
        return httpx.Response(answer.status_code, json=self._view.seen(answer.json()), request=answer.request)


def real_target(run: MigrationRun) -> Cluster:
    """Return the target cluster by its real names, without a guard: for the removal alone, which looks at labels itself."""
    return Cluster(run.target_access())
