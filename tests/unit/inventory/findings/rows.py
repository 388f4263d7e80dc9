"""Write down what a finding rule says about some objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from include.inventory import Finding
from include.inventory.finding_rules import find_one, finding_rules
from tests.builders.definitions import definition
from tests.builders.objects import inventory

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """Expect findings of one rule, each as `severity object`, with `by phase` when a phase handles it.

    :param rule: name of the rule's module.
    :param change: made to the lab's definition first.
    :param facts: what the inventory knows beside its objects.
    """

    rule: str
    case: str
    objects: list[Manifest]
    expected: list[str]
    change: Callable[[Manifest], object] | None = None
    facts: Manifest = field(default_factory=dict)

    def findings(self) -> list[Finding]:
        """Return what the rule finds."""
        rule = finding_rules()[self.rule]
        return list(find_one(rule, inventory(*self.objects, **self.facts), definition(self.change)))


def told(finding: Finding) -> str:
    """Return a finding as rows expect it."""
    by = f" by {finding.handled_by}" if finding.handled_by else ""
    return f"{finding.severity} {finding.object}{by}"
