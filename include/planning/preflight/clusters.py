"""Both clusters answer, are two, and the target is not older."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.errors import MigrationError

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

NUMBER = re.compile(r"[0-9]+")


def find_problems(run: MigrationRun) -> Iterator[str]:
    """Yield why the source does not answer."""
    try:
        _answer(run.source)
    except MigrationError as error:
        yield str(error)


def find_target_problems(run: MigrationRun) -> Iterator[str]:
    """Yield what is wrong with the pair of clusters."""
    answers: list[tuple[dict[str, Any], str]] = []
    for cluster in (run.source, run.target):
        try:
            answers.append(_answer(cluster))
        except MigrationError as error:
            yield str(error)
    if len(answers) == 2:
        (source, source_uid), (target, target_uid) = answers
        yield from compare(source, target, is_same=source_uid == target_uid)


def compare(source: dict[str, Any], target: dict[str, Any], *, is_same: bool) -> Iterator[str]:
    """Yield problems of two version documents."""
    if is_same:
        yield "target cluster: is the source cluster itself; give target.cluster the kubeconfig of the CCE cluster"
    if minor_version(target) < minor_version(source):
        yield (
            f"target cluster: runs Kubernetes {target.get('gitVersion')}, older than the source's "
            f"{source.get('gitVersion')}; Velero cannot restore into an older version, upgrade the target"
        )


def minor_version(document: dict[str, Any]) -> tuple[int, int]:
    """Return (major, minor) of a version document; managed clusters write minors such as `34+`."""
    numbers = [NUMBER.search(str(document.get(name, ""))) for name in ("major", "minor")]
    return tuple(int(number.group()) if number else 0 for number in numbers)  # type: ignore[return-value]


def _answer(cluster: Cluster) -> tuple[dict[str, Any], str]:
    """Return a cluster's version document and what tells it from every other."""
    return cluster.version(), str(cluster.get("/api/v1/namespaces/kube-system")["metadata"]["uid"])
