"""Give the rules what they need to know of the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from include.definition import Definition
from include.inventory.disks import disk_claims
from include.inventory.ingress_backends import elb_backends
from include.inventory.moved_addresses import Move
from include.inventory.pod_security import levels_instead
from include.inventory.run_moves import moves_in
from include.planning.model import DOCUMENT, part_of_plan
from include.rehearsal.names import disposable_namespaces

if TYPE_CHECKING:
    from include.inventory.store import Inventory
    from include.run import MigrationRun


@dataclass(frozen=True)
class AdaptationContext:
    """Hold what rules read besides the object.

    :param target_image: turns an image reference of the source into the target's; the same for unknown ones. One by digest
        gets the digest that the image has on the target, where the plan could read it.
    :param registries: registry hosts whose images are copied.
    :param disk_claims: namespace and name of the claims that become disks.
    :param elb_backends: namespace and name of the Services that an ELB has to reach for Ingresses.
    :param source_logins: namespace and name of the Secrets that stay behind, for they only let pods pull images that are copied.
    :param pod_security_levels: namespace -> level that takes the place of its PodSecurityPolicies.
    :param namespaces: of a rehearsal, namespace of the source -> that of the target; else empty.
    """

    definition: Definition
    moves: Sequence[Move]
    target_image: Callable[[str], str]
    registries: Sequence[str]
    disk_claims: frozenset[tuple[str, str]] = frozenset()
    elb_backends: frozenset[tuple[str, str]] = frozenset()
    source_logins: frozenset[tuple[str, str]] = frozenset()
    pod_security_levels: Mapping[str, str] = field(default_factory=dict)
    namespaces: Mapping[str, str] = field(default_factory=dict)


def context_of(run: MigrationRun, inventory: Inventory) -> AdaptationContext:
    """Return the context of a run, with the ids and addresses of what was made.

    :raises PermanentError: when the load balancer or an instance is not made yet.
    """
    from include.planning.binding import bound_definition

    definition = bound_definition(run)
    namespaces = disposable_namespaces(definition.source.namespaces) if run.is_rehearsal else {}
    return AdaptationContext(
        definition=definition,
        moves=moves_in(run, definition, inventory.each("Service")),
        target_image=_target_images(run),
        registries=tuple(sorted(definition.images.hosts)),
        disk_claims=disk_claims(inventory, definition),
        elb_backends=elb_backends(inventory, definition),
        source_logins=inventory.source_logins,
        pod_security_levels=levels_instead(inventory),
        namespaces=namespaces,
    )


def _target_images(run: MigrationRun) -> Callable[[str], str]:
    """Return what maps images; an assessment has no plan, and shows those by digest by the tag they are copied under."""
    from include.images import map_reference, pinned_targets
    from include.images.planned import PHASE

    pinned = pinned_targets(part_of_plan(run.ledger, PHASE, "image")) if run.ledger.exists(DOCUMENT) else {}
    host = run.connections.registry(run.definition.images.target.connection).host
    return lambda reference: pinned.get(reference) or map_reference(run.definition, host, reference)
