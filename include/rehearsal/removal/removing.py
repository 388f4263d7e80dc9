"""Remove everything disposable, by its names and marks alone: neither a plan nor the run that made it is needed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from include.errors import MigrationError, ProofError, TargetClusterMissingError
from include.ledger.records import now
from include.rehearsal.clusters import real_target
from include.rehearsal.names import disposable_namespaces
from include.rehearsal.removal.backups import left_backups, remove_backups
from include.rehearsal.removal.buckets import left_buckets, remove_buckets
from include.rehearsal.removal.cluster_wide import made_cluster_wide, remove_cluster_wide
from include.rehearsal.removal.namespaces import remove_namespaces, volumes_of
from include.rehearsal.removal.servers import left_servers, remove_servers
from include.volumes import remove_movers

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "rehearsal/removed"


def remove_rehearsal(run: MigrationRun) -> int:
    """Remove what this rehearsal, or one before it, has made; return how many things there were. Safe to repeat.

    :raises ProofError: with everything that could not be removed, and everything that is there all the same.
    """
    removed, problems = 0, []
    for what, remove in _parts(run).items():
        try:
            removed += remove()
        except TargetClusterMissingError:
            logger.info("The target cluster is not there: it has no %s", what)
        except MigrationError as error:
            problems.append(str(error))
    left = find_left(run)
    run.ledger.write(DOCUMENT, {"at": now(), "removed": removed, "left": left})
    if problems or left:
        raise ProofError(
            [*problems, *(f"{one}: is left of a rehearsal; remove it" for one in left)], "not all is removed"
        )
    logger.info("%s things of rehearsals removed, nothing is left", removed)
    return removed


def find_left(run: MigrationRun) -> list[str]:
    """Return what is there of a rehearsal in both clusters, among the databases and the buckets."""
    parts = (
        lambda: _left_in_target(run),
        lambda: left_backups(run, "source"),
        lambda: left_servers(run),
        lambda: left_buckets(run),
    )
    found: list[str] = []
    for part in parts:
        try:
            found += part()
        except TargetClusterMissingError:
            logger.debug("There is no target cluster that could hold anything")
    return found


def _parts(run: MigrationRun) -> dict[str, Callable[[], int]]:
    """Return what removes each sort of things: first what writes, then what it writes into."""
    return {
        "movers in the source cluster": lambda: remove_movers(run, run.source),
        "namespaces": lambda: remove_namespaces(run, real_target(run)),
        "cluster-wide objects": lambda: remove_cluster_wide(run, real_target(run)),
        "backups in the source cluster": lambda: remove_backups(run, "source"),
        "backups in the target cluster": lambda: remove_backups(run, "target"),
        "databases": lambda: remove_servers(run),
        "buckets": lambda: remove_buckets(run),
    }


def _left_in_target(run: MigrationRun) -> Iterator[str]:
    target = real_target(run)
    names = list(disposable_namespaces(run.definition.source.namespaces).values())
    yield from (f"namespace {name}" for name in names if target.exists(f"/api/v1/namespaces/{name}"))
    yield from (f"PersistentVolume {one['metadata']['name']}" for one in volumes_of(target, names))
    yield from made_cluster_wide(run, target)
    yield from left_backups(run, "target")
