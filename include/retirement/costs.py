"""List what goes on costing money after the retirement, so that somebody ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.cutover.switching import DOCUMENT as SWITCHED
from include.errors import MigrationError
from include.progress import readable_bytes
from include.retirement.choosing import chosen_for_deletion
from include.retirement.keeping import DOCUMENT as BACKUP

if TYPE_CHECKING:
    from include.run import MigrationRun

DOCUMENT = "retirement/costs"
FLAVOR, ZONE = "node.kubernetes.io/instance-type", "topology.kubernetes.io/zone"

Cost = dict[str, str]


def list_costs(run: MigrationRun) -> list[Cost]:
    """Return what is left that is paid for: on the source, and on the target what only the migration needed."""
    found = [*_cluster(run), *_pools(run), *_servers(run), *_buckets(run), *_of_the_target(run)]
    run.ledger.write(DOCUMENT, {"costs": found})
    return found


def _cluster(run: MigrationRun) -> list[Cost]:
    try:
        return [*_nodes(run), *_volumes(run), *_balancers(run)]
    except MigrationError as error:
        # A source that is off already costs no certificate.
        return [_cost("source", "cluster", run.definition.source.cluster, f"could not be asked: {error}")]


def _nodes(run: MigrationRun) -> Iterator[Cost]:
    for node in run.source.list("/api/v1/nodes"):
        labels = node["metadata"].get("labels") or {}
        what = " ".join(filter(None, (labels.get(FLAVOR), labels.get(ZONE))))
        yield _cost("source", "node", node["metadata"]["name"], what or "runs on")


def _volumes(run: MigrationRun) -> Iterator[Cost]:
    for volume in run.source.list("/api/v1/persistentvolumes"):
        claim = volume["spec"].get("claimRef") or {}
        size = (volume["spec"].get("capacity") or {}).get("storage", "?")
        of = f"claimed by {claim.get('namespace')}/{claim.get('name')}" if claim else "claimed by nobody"
        yield _cost("source", "volume", volume["metadata"]["name"], f"{size}, {of}")


def _balancers(run: MigrationRun) -> Iterator[Cost]:
    for service in run.source.list("/api/v1/services"):
        if service["spec"].get("type") == "LoadBalancer":
            rows = ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []
            addresses = ", ".join(str(row.get("ip") or row.get("hostname")) for row in rows)
            name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
            yield _cost("source", "load balancer", name, addresses or "without an address")


def _pools(run: MigrationRun) -> Iterator[Cost]:
    """Yield what the switch of listeners has kept for the way back: it costs nothing, and misleads who finds it."""
    if run.definition.front_door.elb is None or not run.ledger.exists(SWITCHED):
        return
    for lead in run.ledger.read(SWITCHED)["before"]:
        note = f"members on the source, of listener {lead['listener']}; free of charge, delete it"
        yield _cost("target", "pool of ELB", lead["pool"], note)


def _servers(run: MigrationRun) -> Iterator[Cost]:
    for one in run.definition.databases:
        address = run.connections.database(one.source, one.engine).address
        yield _cost("source", "database server", address, f"{one.engine}, of database {one.name}")
    for host in run.definition.images.sources:
        yield _cost("source", "registry", host, "its images are in SWR")


def _buckets(run: MigrationRun) -> Iterator[Cost]:
    if "buckets" not in chosen_for_deletion(run):
        for one in run.definition.buckets:
            endpoint = run.connections.object_storage(one.source.connection).endpoint_url
            yield _cost("source", "bucket", one.source.bucket, f"at {endpoint}")


def _of_the_target(run: MigrationRun) -> Iterator[Cost]:
    if "backups" in chosen_for_deletion(run) or not run.ledger.exists(BACKUP):
        return
    kept = run.ledger.read(BACKUP)
    objects, volumes = kept["objects"], kept["volumes"]
    until = f"keep until {objects['keep_until']}, then delete it: Velero, which would, is removed"
    yield _cost(
        "target", "bucket of Velero", objects["bucket"], f"{readable_bytes(objects['bytes'])}; {until}"
    )
    yield _cost(
        "target",
        "bucket of volumes",
        volumes["bucket"],
        f"{readable_bytes(volumes['bytes'])} of snapshots; delete with it",
    )


def _cost(side: str, kind: str, name: str, note: str) -> Cost:
    return {"side": side, "kind": kind, "name": name, "note": note}
