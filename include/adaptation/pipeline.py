"""Send an object through every rule: those that normalize it, those that adapt it, and the user's own."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from include.adaptation.changes import Change, changes_of
from include.adaptation.context import AdaptationContext
from include.adaptation.order import ADAPTING, NORMALIZING, ORDER
from include.adaptation.user_rules import user_rules
from include.errors import PermanentError
from include.inventory.model import label
from include.rehearsal import rule as rehearsal_rule

Manifest = dict[str, Any]


class AdaptationRule(Protocol):
    """Adapt one trait of an object to the target; include/adaptation/rules says what each name is for."""

    REASON: str
    SOURCE: str

    def applies_to(self, obj: Manifest) -> bool:
        """Say whether the rule looks at objects of this sort."""

    def apply(self, obj: Manifest, context: AdaptationContext) -> Manifest:
        """Return the adapted object; the given one stays as it is."""


@dataclass(frozen=True)
class Trace:
    """Hold an adapted object, and which rule changed what on the way."""

    obj: Manifest
    changes: tuple[Change, ...]
    rules: tuple[str, ...]


Rules = Mapping[str, AdaptationRule]
REHEARSAL: AdaptationRule = rehearsal_rule
REHEARSAL_NAME = "rehearsal"


@cache
def adaptation_rules() -> dict[str, AdaptationRule]:
    """Return every rule of the pack by its module's name, in the order they run."""
    return {name: importlib.import_module(f"include.adaptation.rules.{name}") for name in ORDER}


def known_rules() -> dict[str, AdaptationRule]:
    """Return the rules of the pack and the one of rehearsals, which may have changed an object."""
    return {**adaptation_rules(), REHEARSAL_NAME: REHEARSAL}


def adapt(obj: Manifest, context: AdaptationContext) -> tuple[Manifest, tuple[str, ...]]:
    """Return the object as the target shall have it, and the names of the rules that changed it.

    :raises PermanentError: when two rules contradict each other.
    """
    found = trace(obj, context)
    return found.obj, found.rules


def trace(obj: Manifest, context: AdaptationContext) -> Trace:
    """Adapt an object and keep what each rule changed.

    :raises PermanentError: when two rules of the pack, or two of the user's, set one path to different values. The user's
        rules may change what the pack set: a person who writes one means it.
    """
    disabled = context.definition.adaptation.disabled
    pack = {name: rule for name, rule in adaptation_rules().items() if name not in disabled}
    passage = _Passage(obj, context)
    passage.normalize({name: pack[name] for name in NORMALIZING if name in pack})
    passage.adapt({name: pack[name] for name in ADAPTING if name in pack})
    passage.adapt(user_rules(context.definition))
    if context.namespaces:
        passage.normalize({REHEARSAL_NAME: REHEARSAL})
    return Trace(passage.obj, tuple(passage.changes), tuple(passage.changed_by))


@dataclass
class _Passage:
    """Be an object on its way through the rules."""

    obj: Manifest
    context: AdaptationContext
    changes: list[Change] = field(default_factory=list)
    changed_by: list[str] = field(default_factory=list)

    def normalize(self, stage: Rules) -> None:
        """Apply rules of which each goes on from the one before it."""
        for name, rule in stage.items():
            self._apply(name, rule)

    def adapt(self, stage: Rules) -> None:
        """Apply rules of which no two may set one path to different values."""
        settled: dict[str, Change] = {}
        for name, rule in stage.items():
            made = self._apply(name, rule)
            for change in made:
                self._refuse_contradiction(settled.get(change.path), change)
            settled |= {change.path: change for change in made}

    def _apply(self, name: str, rule: AdaptationRule) -> Sequence[Change]:
        adapted = rule.apply(self.obj, self.context) if rule.applies_to(self.obj) else self.obj
        if adapted == self.obj:
            return ()
        made = changes_of(name, self.obj, adapted)
        self.obj = adapted
        self.changes += made
        self.changed_by.append(name)
        return made

    def _refuse_contradiction(self, earlier: Change | None, later: Change) -> None:
        if earlier is not None and earlier.contradicts(later):
            raise PermanentError(
                f"{label(self.obj)}, source cluster: the adaptation rules {earlier.rule} and {later.rule} set {later.path} "
                "to different values; turn one of them off in adaptation.disabled, or narrow its selector"
            )
