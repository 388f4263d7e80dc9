"""Size RDS instances and buckets by what the source's answered about themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from include.definition import Database, Definition
from include.progress import readable_bytes
from include.sizing.model import GIB, MIB, Advice, KnownSize, counted

SMALLEST_DISK_GIB = 40
DISK_STEP_GIB = 10
# Indexes that are built, logs kept for the standby, and a year of growth.
DISK_SPARE = 1.5
# vCPUs and GiB that RDS offers for both engines.
SHAPES = ((2, 4), (2, 8), (4, 16), (8, 32), (16, 64), (32, 128), (64, 256))
# The part of the data that is read again and again, and has to stay in memory.
HOT_SHARE = 0.25
MIB_PER_CONNECTION = 10
ENGINES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}
UNKNOWN = KnownSize(problem="not asked")


def disk_gib(size: int) -> int:
    """Return the disk for a database of so many bytes: 40 GiB at least, in steps of 10."""
    return max(SMALLEST_DISK_GIB, math.ceil(size * DISK_SPARE / GIB / DISK_STEP_GIB) * DISK_STEP_GIB)


def instance_shape(size: int, connections: int) -> tuple[int, int]:
    """Return vCPUs and GiB for a database of so many bytes and its connections; the largest when none suffices."""
    needed = size * HOT_SHARE + connections * MIB_PER_CONNECTION * MIB
    return next((shape for shape in SHAPES if shape[1] * GIB >= needed), SHAPES[-1])


def data_service_advice(
    definition: Definition, databases: Mapping[str, KnownSize], buckets: Mapping[str, KnownSize]
) -> Iterator[Advice]:
    """Yield an instance a database and a row a bucket.

    :param databases: what the servers answered, by the entry's name in the definition; likewise `buckets`.
    """
    for database in definition.databases:
        yield _database(database, databases.get(database.name, UNKNOWN))
    for bucket in definition.buckets:
        yield _bucket(bucket.name, bucket.target.bucket, buckets.get(bucket.name, UNKNOWN))


def _database(database: Database, known: KnownSize) -> Advice:
    vcpus, memory = instance_shape(known.size or 0, known.count or 0)
    disk = disk_gib(known.size or 0)
    if known.size is None:
        reason = f"size unknown ({known.problem}): the smallest there is, to be looked at again"
    else:
        reason = f"{readable_bytes(known.size)} of data"
        if known.count:
            reason += f" and up to {counted(known.count, 'connection')}"
        reason += "; a quarter of the data stays in memory, and the disk has half as much to spare"
    return Advice(
        "databases",
        f"RDS for {ENGINES[database.engine]}, {database.name}",
        f"{vcpus} vCPU, {memory} GiB, {disk} GiB disk, {_standby(database)}",
        reason,
        {"vcpus": vcpus, "memory_gib": memory, "disk_gib": disk, "is_known": known.size is not None},
    )


def _standby(database: Database) -> str:
    """Return what the definition orders; where it orders nothing, a server of a cluster that customers use wants one."""
    create = database.rds.create if database.rds else None
    return "with a standby" if create is None or create.high_availability else "without a standby"


def _bucket(name: str, target: str, known: KnownSize) -> Advice:
    if known.size is None:
        value, reason = target, f"size unknown ({known.problem}); OBS grows with what is stored"
    else:
        value = f"{target}, {readable_bytes(known.size)}"
        reason = f"{counted(known.count or 0, 'object')} today; OBS grows with what is stored"
    return Advice(
        "buckets",
        f"OBS bucket, {name}",
        value,
        reason,
        {"bucket": target, "bytes": known.size, "objects": known.count},
    )
