"""Choose what of a migration a run does: all of it, only its plan, or some phases with those that they need."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal, get_args

from pydantic import Field

from include.errors import DefinitionError
from include.ledger import Ledger
from include.ledger.records import Record
from include.phases import NEEDS, PHASES, PhaseId

Mode = Literal["full", "plan"]
MODES: tuple[Mode, ...] = get_args(Mode)
DOCUMENT = "choice"


class Choice(Record):
    """Hold what was chosen; the phases always include what they need."""

    mode: Mode = "full"
    phases: tuple[PhaseId, ...] = Field(default=PHASES)

    @property
    def is_plan_only(self) -> bool:
        """Say whether the run ends with its plan: nobody is asked, and nothing is changed on either side."""
        return self.mode == "plan"

    @property
    def left_out(self) -> frozenset[PhaseId]:
        """Return the phases that the run does not act in."""
        return frozenset(PHASES) - frozenset(self.phases)


def choose(mode: str, phases: Collection[str] | None) -> Choice:
    """Return a choice.

    :param phases: None for all of them; in mode `plan` they are not looked at.
    :raises DefinitionError: with every problem.
    """
    wanted = PHASES if phases is None or mode == "plan" else phases
    problems = list(_problems(mode, wanted))
    if problems:
        raise DefinitionError(problems, title="what this run is to do has problems")
    if mode == "plan":
        return Choice(mode="plan", phases=("resource_planning",))
    return Choice(phases=tuple(name for name in PHASES if name in wanted))


def recorded_choice(ledger: Ledger) -> Choice:
    """Return what was chosen for a run: everything, unless its record says otherwise."""
    return Choice.model_validate(ledger.read(DOCUMENT)) if ledger.exists(DOCUMENT) else Choice()


def _problems(mode: str, phases: Collection[str]) -> Iterator[str]:
    if mode not in MODES:
        yield f"mode: {mode!r} is not known  allowed: {', '.join(MODES)}"
    if not phases:
        yield f"phases: none is chosen  allowed: {', '.join(PHASES)}"
    for name in phases:
        if name not in PHASES:
            yield f"phases: {name!r} is not known  allowed: {', '.join(PHASES)}"
    for name in PHASES:
        missing = [one for one in NEEDS[name] if one not in phases]
        if name in phases and missing:
            yield f"phases: {name} needs {', '.join(missing)}; choose that too, or leave {name} out"
