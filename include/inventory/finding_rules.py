"""Find what stands in the way of a migration, by every rule of the folder `findings`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from include.definition import Definition
from include.inventory import findings
from include.inventory.model import SEVERITIES, Finding, Severity
from include.inventory.store import Inventory


class FindingRule(Protocol):
    """Look for one sort of obstacle."""

    RULE: str
    SEVERITIES: tuple[Severity, ...]
    WHY: str

    def find(self, inventory: Inventory, definition: Definition) -> Iterable[Finding]:
        """Yield what was found."""


def finding_rules() -> dict[str, FindingRule]:
    """Return every rule of the folder by its module's name."""
    names = sorted(module.name for module in pkgutil.iter_modules(findings.__path__))
    return {name: importlib.import_module(f"{findings.__name__}.{name}") for name in names}


def find_all(inventory: Inventory, definition: Definition) -> list[Finding]:
    """Run every rule; blockers come first, then warnings, then what is only good to know."""
    return by_severity(
        finding for rule in finding_rules().values() for finding in find_one(rule, inventory, definition)
    )


def find_one(rule: FindingRule, inventory: Inventory, definition: Definition) -> Iterable[Finding]:
    """Run one rule; each of its findings says why it matters."""
    return (replace(finding, why=rule.WHY) for finding in rule.find(inventory, definition))


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """Return each finding once, the worst first."""
    return sorted(
        set(findings), key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.object, one.message)
    )
