"""Derive the definition of a rehearsal: the same migration into scratch databases, buckets and a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from include.definition import (
    Adaptation,
    Bucket,
    Database,
    Definition,
    MovedAddress,
    Retirement,
    ScratchServer,
    Velero,
    VolumeSettings,
)
from include.definition.data import ServerAddress
from include.errors import DefinitionError
from include.rehearsal.bandwidth import rehearsals_at_once, with_parts
from include.rehearsal.names import disposable_name

Passage = TypeVar("Passage", Velero, VolumeSettings)


def rehearsed(definition: Definition) -> Definition:
    """Return the definition that a rehearsal runs.

    Its name differs: so everything that carries the migration's name (storage location, movers, marks, ledger) is another.
    Databases are copied, not followed: what follows would keep its log on the source.

    :raises DefinitionError: with every database that has no scratch server.
    """
    problems = list(_problems(definition))
    if problems:
        raise DefinitionError(problems, title="the migration cannot be rehearsed")
    images, buckets = with_parts(definition.images, definition.buckets, rehearsals_at_once())
    derived = definition.model_copy(
        update={
            "name": disposable_name(definition.name),
            "databases": [_database(one, definition) for one in definition.databases],
            "images": images,
            "buckets": [_bucket(one) for one in buckets],
            "velero": _into_scratch_bucket(definition.velero),
            "volumes": _into_scratch_bucket(definition.volumes),
            "adaptation": _adaptation(definition),
            "target": definition.target.model_copy(update={"keep_node_ports": False}),
            "retirement": Retirement(),
        }
    )
    refuse_real_targets(definition, derived)
    return derived


def refuse_real_targets(real: Definition, derived: Definition) -> None:
    """Make sure that nothing a rehearsal writes into is what the migration writes into.

    :raises DefinitionError: naming what both would write into.
    """
    shared = sorted(set(_places(real)) & set(_places(derived)))
    if shared:
        raise DefinitionError(
            [f"{place}: the migration writes into it, so no rehearsal may" for place in shared],
            title="the rehearsal would touch real targets",
        )


def _places(definition: Definition) -> Iterator[str]:
    """Yield what a run of the definition writes into, clusters left out: namespaces there get other names."""
    yield f"migration {definition.name}"
    for database in definition.databases:
        server = f"RDS instance {database.rds.instance}" if database.rds else f"connection {database.target}"
        yield f"{server}, database {database.database}"
    for bucket in definition.buckets:
        yield f"bucket {bucket.target.bucket} of {bucket.target.connection}"
    yield f"bucket {definition.velero.bucket} of {definition.velero.connection}"
    yield f"bucket {definition.volumes.bucket} of {definition.volumes.connection}"


def _problems(definition: Definition) -> Iterator[str]:
    known = {database.name for database in definition.databases}
    for name in definition.rehearsal.databases:
        if name not in known:
            yield f"rehearsal.databases.{name}: is not an entry of databases  allowed: {', '.join(sorted(known))}"
    ordered = {one.rds.instance for one in definition.databases if one.rds and one.rds.create}
    for index, database in enumerate(definition.databases):
        scratch = definition.rehearsal.databases.get(database.name)
        if scratch is None and (database.rds is None or database.rds.instance not in ordered):
            yield (
                f"databases[{index}] ({database.name}): a rehearsal needs a server to throw away; name one in "
                f"rehearsal.databases.{database.name}, or say in databases[{index}].rds.create how an instance is made"
            )
        elif scratch is not None:
            yield from _scratch_problems(database, scratch)


def _scratch_problems(database: Database, scratch: ScratchServer) -> Iterator[str]:
    place = f"rehearsal.databases.{database.name}"
    if scratch.target in {database.target, database.source}:
        yield f"{place}.target: {scratch.target} is the migration's own server; name another"
    if database.address is not None and scratch.address is None:
        yield f"{place}.address: is missing; the applications name the database's address, so say what stands there instead"


def _database(database: Database, definition: Definition) -> Database:
    scratch = definition.rehearsal.databases.get(database.name)
    target = scratch.address if scratch else None
    address = ServerAddress(source=database.address.source, target=target) if database.address else None
    changed = {"mode": "dump", "copy_with": "own", "drs": None, "address": address}
    if scratch is not None:
        return database.model_copy(update={**changed, "target": scratch.target, "rds": None})
    if database.rds is None:
        raise DefinitionError([f"database {database.name}: has no server to rehearse on"])
    rds = database.rds.model_copy(update={"instance": disposable_name(database.rds.instance)})
    return database.model_copy(update={**changed, "rds": rds})


def _bucket(bucket: Bucket) -> Bucket:
    target = bucket.target.model_copy(update={"bucket": disposable_name(bucket.target.bucket)})
    return bucket.model_copy(update={"target": target, "copy_with": "own", "oms": None})


def _into_scratch_bucket(part: Passage) -> Passage:
    return part.model_copy(update={"bucket": disposable_name(part.bucket)})


def _adaptation(definition: Definition) -> Adaptation:
    """Return the adaptation in which applications are told the buckets' other names."""
    renamed = [
        MovedAddress(source=name, target=disposable_name(bucket.target.bucket))
        for bucket in definition.buckets
        for name in dict.fromkeys((bucket.source.bucket, bucket.target.bucket))
    ]
    known = definition.adaptation
    return known.model_copy(update={"addresses": [*known.addresses, *renamed]})
