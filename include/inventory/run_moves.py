"""Know what is rewritten in a run's objects: addresses that move, and in a rehearsal how Services are called across namespaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from include.inventory.moved_addresses import Move, longest_first, moves_of
from include.rehearsal.names import disposable_namespaces

if TYPE_CHECKING:
    from include.definition import Definition
    from include.run import MigrationRun

Manifest = dict[str, Any]

OWNER = "rehearsal"


def moves_in(run: MigrationRun, definition: Definition, services: Iterable[Manifest]) -> tuple[Move, ...]:
    """Return the moves of a run, the longest source first.

    :param definition: the run's, with as many addresses in it as are known.
    :param services: of the source's migrated namespaces.
    """
    namespaces = disposable_namespaces(definition.source.namespaces) if run.is_rehearsal else {}
    return longest_first([*moves_of(definition), *service_moves(services, namespaces)])


def service_moves(services: Iterable[Manifest], namespaces: Mapping[str, str]) -> list[Move]:
    """Return how Services are called across namespaces, before and after: `api.shop` is `api.shop-rehearsal` then."""
    names = [(one["metadata"]["name"], one["metadata"]["namespace"]) for one in services]
    return [
        Move(OWNER, f"{name}.{namespace}{end}", f"{name}.{namespaces[namespace]}{end}")
        for name, namespace in names
        if namespace in namespaces
        for end in ("", ".svc", ".svc.cluster.local")
    ]
