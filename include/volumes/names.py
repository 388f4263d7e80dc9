"""Name the movers, so that a second try finds the first one's."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from include.labels import OWNER
from include.volumes.scripts import STANDBY

if TYPE_CHECKING:
    from include.definition import Definition
    from include.planning.model import PlanItem
    from include.run import MigrationRun

COMPONENT = "cce-migration/mover"
HASH_CHARACTERS = 10


def mover_name(run: MigrationRun, script: str, claim: str) -> str:
    """Return the name of a Job and its Secret: at most 44 characters, the same for the same claim and run.

    :param script: what it runs, or `STANDBY`.
    """
    digest = hashlib.sha256(claim.encode()).hexdigest()[:HASH_CHARACTERS]
    return f"{_beginning(script)}{run.short_id}-{digest}"


def stands_by(name: str) -> bool:
    """Say whether a mover of this name stands by, of whatever run it is."""
    return name.startswith(_beginning(STANDBY))


def _beginning(script: str) -> str:
    return f"cce-{script}-"


def mover_labels(definition: Definition, name: str) -> dict[str, str]:
    """Return the labels of everything a mover needs."""
    return {OWNER: definition.name, COMPONENT: name}


def claim_of(row: PlanItem) -> str:
    """Return `namespace/name` of the claim a plan row names."""
    return f"{row.details['namespace']}/{row.details['claim']}"
