"""Judge whether a cluster that is there can take the estate: its size is never changed to make it fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from include.cloud.clusters import AVAILABLE
from include.definition import NewCluster, TargetCluster
from include.inventory.model import listed
from include.inventory.store import Inventory
from include.sizing.network import source_addresses

MINOR = re.compile(r"v?(\d+)\.(\d+)")


@dataclass(frozen=True)
class Needs:
    """Say what a target cluster has to be for a source.

    :param version: of the source's Kubernetes, e.g. v1.34.4; empty when it is not known.
    :param addresses: what the source certainly uses.
    """

    version: str
    addresses: Sequence[IPv4Network]


def needs_of(inventory: Inventory) -> Needs:
    """Return what the source of an inventory needs."""
    return Needs(str(inventory.cluster.get("version") or ""), source_addresses(inventory))


def minor_of(version: str) -> tuple[int, int]:
    """Return (1, 34) of v1.34.4; (0, 0) of what is no version."""
    found = MINOR.match(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def misfits(document: Any, wanted: TargetCluster, needs: Needs) -> Iterator[str]:
    """Yield why a cluster of CCE cannot be taken, each with its remedy.

    :param document: CCE's own document of the cluster.
    """
    spec = document.spec
    if document.status.phase != AVAILABLE:
        yield f"is {document.status.phase}, not {AVAILABLE}; look at it in the console of CCE, mend it or delete it"
    if minor_of(spec.version or "") < minor_of(needs.version) and spec.version:
        yield (
            f"runs Kubernetes {spec.version}, older than the source's {needs.version}; Velero cannot restore into an older "
            "version, upgrade it or name another cluster"
        )
    yield from overlaps(ranges_of(spec), needs)
    if wanted.create is not None:
        yield from _unlike_the_definition(spec, wanted.create)


def overlaps(ranges: dict[str, str], needs: Needs) -> Iterator[str]:
    """Yield ranges of the target that hold addresses which the source uses.

    :param ranges: by what they are for.
    """
    for purpose, text in ranges.items():
        taken = [str(one) for one in needs.addresses if one.overlaps(IPv4Network(text))]
        if taken:
            yield (
                f"its range of {purpose}, {text}, holds addresses of the source ({listed(taken)}); both would be meant by one "
                "address, so name another range or cluster: it cannot be changed later"
            )


def ranges_of(spec: Any) -> dict[str, str]:
    """Return the ranges of a cluster by what they are for, as far as CCE tells them."""
    network = spec.container_network
    pods = [one.cidr for one in (network.cidrs or [])] or [network.cidr] if network else []
    services = spec.service_network.i_pv4_cidr if spec.service_network else spec.kubernetes_svc_ip_range
    found = {"pods" if number == 0 else f"pods ({number + 1})": text for number, text in enumerate(pods)}
    return {purpose: text for purpose, text in {**found, "Services": services}.items() if text}


def _unlike_the_definition(spec: Any, create: NewCluster) -> Iterator[str]:
    """Yield what cannot be changed later, and is not as the definition says."""
    pairs = {
        "category": (spec.category, create.category),
        "vpc": (spec.host_network.vpc, create.vpc),
        "subnet": (spec.host_network.subnet, create.subnet),
        "containers": (ranges_of(spec).get("pods"), create.containers),
        "services": (ranges_of(spec).get("Services"), create.services),
    }
    for field, (found, asked) in pairs.items():
        if asked is not None and found and found != asked:
            yield (
                f"has {field} {found}, and target.cluster.create.{field} says {asked}; correct the definition, or name another "
                "cluster"
            )
