"""Know what failed only because a server was away for a moment: made again, it may succeed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.errors import TemporaryError
from include.velero.bucket import backup_bucket
from include.velero.results import result_lines
from include.velero.states import state_of

if TYPE_CHECKING:
    from include.run import MigrationRun
    from include.velero.attempts import Kind

# How Go's clients and etcd say that nobody answered, or not in time.
AWAY = re.compile(
    r"connection refused|connection reset|connection lost|\bEOF\b|GOAWAY|i/o timeout|handshake timeout|deadline exceeded"
    r"|no route to host|etcdserver: |apiserver not ready|server is currently unable|unable to return a response",
    re.IGNORECASE,
)
# The API server tells in the same words that a webhook does not answer it, which no other try changes.
ASKED_BY_API_SERVER = "webhook"
RESULTS: dict[Kind, str] = {
    "backup": "backups/{name}/{name}-results.gz",
    "restore": "restores/{name}/restore-{name}-results.gz",
}


def refuse_interrupted(run: MigrationRun, kind: Kind, name: str, phase: str) -> None:
    """Raise when a backup or restore has errors, and all of them tell of a server that was away.

    :raises TemporaryError: the next try makes another one.
    """
    if state_of(phase) != "failed":
        return
    bucket, key = backup_bucket(run), RESULTS[kind].format(name=name)
    if f"{bucket.prefix}/{key}" not in bucket.sizes(f"{kind}s/{name}"):
        return
    lines = result_lines(bucket.read_json(key), "errors")
    if is_only_away(lines):
        raise TemporaryError(
            f"{kind} velero/{name}: is {phase} because an API server did not answer ({len(lines)} errors, the first: {lines[0]}); "
            "the next try makes another one"
        )


def is_only_away(lines: Sequence[str]) -> bool:
    """Say whether there are errors, and each tells of a server that was away."""
    return bool(lines) and all(AWAY.search(line) and ASKED_BY_API_SERVER not in line for line in lines)
