"""Hold what every phase of one run needs: the definition, the ledger, the connections, both clusters."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from include.choice import DOCUMENT as CHOICE
from include.choice import Choice, choose, recorded_choice
from include.definition import Definition, load_definition
from include.errors import ConnectionDetailsError, DefinitionError
from include.ledger import Ledger
from include.ledger.finding import find_opened, note_opening

if TYPE_CHECKING:
    from upath import UPath

    from include.clusters import Cluster
    from include.connections import ClusterAccess, Connections

logger = logging.getLogger(__name__)

MIGRATIONS_FOLDER = Path(__file__).resolve().parent.parent / "migrations"
HASH_CHARACTERS = 10
LONGEST_SHORT_ID = 20
CUTOVER = "cutover"


@dataclass(frozen=True)
class MigrationRun:
    """Bind one definition to one run's record and to live access.

    :param passage: folder of the ledger that holds how the customers fared while they were moved: their probe, the steps.
    """

    definition: Definition
    ledger: Ledger
    connections: Connections
    run_id: str
    is_rehearsal: bool = False
    passage: str = CUTOVER

    @cached_property
    def choice(self) -> Choice:
        """Return what of the migration this run does."""
        return recorded_choice(self.ledger)

    @cached_property
    def source(self) -> Cluster:
        """Return the source cluster, connected at its first request; a rehearsal's takes no writes but those of tools."""
        from include.clusters import Cluster
        from include.rehearsal.clusters import guarded_source

        access = self.connections.cluster(self.definition.source.cluster, "source")
        return guarded_source(access) if self.is_rehearsal else Cluster(access)

    @cached_property
    def target(self) -> Cluster:
        """Return the target cluster, connected at its first request; a rehearsal sees its own namespaces there.

        :raises TargetClusterMissingError: when it was not made yet.
        """
        from include.clusters import Cluster
        from include.rehearsal.clusters import rehearsed_target

        access = self.target_access()
        return rehearsed_target(access, self.definition) if self.is_rehearsal else Cluster(access)

    def target_access(self) -> ClusterAccess:
        """Return the login of the target cluster.

        :raises TargetClusterMissingError: when it was not made yet.
        """
        wanted = self.definition.target.cluster
        if isinstance(wanted, str):
            return self.connections.cluster(wanted, "target")
        return self.connections.cce_cluster(wanted)

    @cached_property
    def secrets_key(self) -> bytes:
        """Return the key by which values of Secrets are hashed in this run: the same in every task, and in no document.

        An assessment compares nothing and may lack the connection: any key will do for it.
        """
        try:
            password = self.connections.password(self.definition.volumes.repository)
        except ConnectionDetailsError:
            return secrets.token_bytes(32)
        return hmac.digest(password.encode(), f"values of Secrets in {self.run_id}".encode(), "sha256")

    @cached_property
    def short_id(self) -> str:
        """Return at most 20 characters of [a-z0-9-], the same for the same run: for names of objects."""
        digest = hashlib.sha256(f"{self.definition.name}\n{self.run_id}".encode()).hexdigest()
        readable = self.definition.name[: LONGEST_SHORT_ID - HASH_CHARACTERS - 1].strip("-")
        return f"{readable}-{digest[:HASH_CHARACTERS]}"


@dataclass(frozen=True)
class Wishes:
    """Hold what a run is to do otherwise than its definition and all phases say, unchecked.

    `overrides` is YAML or JSON text, see `load_definition`; `mode` and `phases` as `choose` takes them.
    """

    overrides: str = ""
    mode: str = "full"
    phases: tuple[str, ...] | None = None


def open_run(
    definition: str | Path,
    run_id: str,
    ledger_root: UPath | Path | str,
    connections: Connections,
    wishes: Wishes = Wishes(),
    *,
    rehearse: bool = False,
) -> MigrationRun:
    """Open a run, new or known.

    :param definition: path of a definition, or the name of one in `migrations/`.
    :param rehearse: open a rehearsal of it, which runs the definition that `include.rehearsal.deriving` makes of it.
    :raises DefinitionError: with every problem of the definition and of the wishes.

    The first call records the definition and the choice; later calls use the recorded one, so that editing, renaming or removing the
    file does not change a run half way: a source that was stopped could not be started again.
    """
    try:
        loaded, choice = _checked(definition, wishes, rehearse=rehearse)
    except DefinitionError as refusal:
        known = find_opened(ledger_root, run_id, str(definition))
        if known is None:
            raise
        logger.warning("The definition as it was recorded at the start of this run is used: %s", refusal)
        return recorded_run(known, connections, rehearse=rehearse)
    ledger = Ledger(ledger_root, loaded.name, run_id)
    if not ledger.exists("definition"):
        known = find_opened(ledger_root, run_id, str(definition))
        if known is not None:
            logger.warning(
                "This run began as migration %s, before the definition was renamed", known.migration
            )
            return recorded_run(known, connections, rehearse=rehearse)
        ledger.write(CHOICE, choice)
        ledger.write("definition", loaded)
        note_opening(ledger, str(definition))
    return recorded_run(ledger, connections, rehearse=rehearse)


def _checked(definition: str | Path, wishes: Wishes, *, rehearse: bool) -> tuple[Definition, Choice]:
    """Return both, or raise one error with the problems of both."""
    refusal: DefinitionError | None = None
    choice = Choice()
    try:
        choice = choose(wishes.mode, wishes.phases)
    except DefinitionError as error:
        refusal = error
    try:
        loaded = load_definition(definition_path(definition), wishes.overrides)
    except DefinitionError as error:
        raise DefinitionError(
            [*error.problems, *(refusal.problems if refusal else [])], error.title
        ) from None
    if refusal:
        raise refusal
    return _rehearsed(loaded) if rehearse else loaded, choice


def _rehearsed(definition: Definition) -> Definition:
    from include.rehearsal.deriving import rehearsed

    return rehearsed(definition)


def recorded_run(ledger: Ledger, connections: Connections, *, rehearse: bool = False) -> MigrationRun:
    """Return the run of a ledger, with the definition as it was recorded."""
    from include.rehearsal.connections import scratch_connections

    definition = Definition.model_validate(ledger.read("definition"))
    return MigrationRun(
        definition=definition,
        ledger=ledger,
        connections=scratch_connections(connections, definition) if rehearse else connections,
        run_id=ledger.run_id,
        is_rehearsal=rehearse,
    )


def definition_path(definition: str | Path) -> Path:
    """Return the file behind a path or a name in `migrations/`."""
    path = Path(definition)
    if path.is_file() or path.suffix:
        return path
    return MIGRATIONS_FOLDER / f"{definition}.yaml"
