"""Give the rules what they need to know of the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from include.definition import Definition
from include.inventory.disks import disk_claims
from include.inventory.ingress_backends import elb_backends
from include.inventory.moved_addresses import Move, moves_of

if TYPE_CHECKING:
    from include.inventory.store import Inventory
    from include.run import MigrationRun


@dataclass(frozen=True)
class AdaptationContext:
    """Hold what rules read besides the object.

    :param target_image: turns an image reference of the source into the target's; the same for unknown ones.
    :param registries: registry hosts whose images are copied.
    :param disk_claims: namespace and name of the claims that become disks.
    :param elb_backends: namespace and name of the Services that an ELB has to reach for Ingresses.
    """

    definition: Definition
    moves: Sequence[Move]
    target_image: Callable[[str], str]
    registries: Sequence[str]
    disk_claims: frozenset[tuple[str, str]] = frozenset()
    elb_backends: frozenset[tuple[str, str]] = frozenset()


def context_of(run: MigrationRun, inventory: Inventory) -> AdaptationContext:
    """Return the context of a run, with the ids and addresses of what was made.

    :raises PermanentError: when the load balancer or an instance is not made yet.
    """
    from include.images import map_reference
    from include.planning.binding import bound_definition

    definition = bound_definition(run)
    host = run.connections.registry(run.definition.images.target.connection).host
    return AdaptationContext(
        definition=definition,
        moves=moves_of(definition),
        target_image=partial(map_reference, definition, host),
        registries=tuple(sorted(definition.images.hosts)),
        disk_claims=disk_claims(inventory, definition),
        elb_backends=elb_backends(inventory, definition),
    )
