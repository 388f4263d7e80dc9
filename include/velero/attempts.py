"""Name backups and restores after the run, so that a second submit finds the first.

A failed one is never repaired: the next attempt gets the next number, and so does one whose proof found something missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from include.velero.names import object_path
from include.velero.states import state_of

if TYPE_CHECKING:
    from include.clusters import Cluster
    from include.run import MigrationRun

Kind = Literal["backup", "restore"]
PLURALS: dict[Kind, str] = {"backup": "backups", "restore": "restores"}


def current_name(run: MigrationRun, kind: Kind) -> str:
    """Return the name of the attempt that counts."""
    document = f"velero/{kind}"
    number = int(run.ledger.read(document)["attempt"]) if run.ledger.exists(document) else 1
    return _name(run, number)


def choose_name(run: MigrationRun, kind: Kind, cluster: Cluster, *, again: bool = False) -> str:
    """Return the name to submit: that of the present attempt, or of a new one when it failed.

    :param again: start a new attempt although the present one succeeded.
    """
    document = f"velero/{kind}"
    number = int(run.ledger.read(document)["attempt"]) if run.ledger.exists(document) else 1
    while True:
        seen = cluster.find(object_path(PLURALS[kind], _name(run, number)))
        state = state_of(str(((seen or {}).get("status") or {}).get("phase") or "New"))
        is_kept = state == "done" and not again and not is_disproved(run, kind, _name(run, number))
        if seen is None or state == "waiting" or is_kept:
            run.ledger.write(document, {"attempt": number, "name": _name(run, number)})
            return _name(run, number)
        number += 1


def disprove(run: MigrationRun, kind: Kind, name: str) -> None:
    """Note that something is missing in one that Velero calls completed: who runs the task again wants another one."""
    run.ledger.write(f"velero/{kind}-disproved", {"name": name})


def is_disproved(run: MigrationRun, kind: Kind, name: str) -> bool:
    """Say whether the proof of a backup or restore found something missing."""
    document = f"velero/{kind}-disproved"
    return run.ledger.exists(document) and run.ledger.read(document)["name"] == name


def _name(run: MigrationRun, number: int) -> str:
    return run.short_id if number == 1 else f"{run.short_id}-{number}"
