"""Send an object through every rule of the folder `rules`."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any, Protocol

from include.adaptation import rules
from include.adaptation.context import AdaptationContext


class AdaptationRule(Protocol):
    """Adapt one trait of an object to the target."""

    def applies_to(self, obj: dict[str, Any]) -> bool:
        """Say whether the rule looks at objects of this sort."""

    def adapt(self, obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
        """Return the adapted object; the given one stays as it is."""


@cache
def adaptation_rules() -> dict[str, AdaptationRule]:
    """Return every rule by its module's name, in the order they run: by name, they do not depend on it."""
    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    return {name: importlib.import_module(f"{rules.__name__}.{name}") for name in names}


def adapt(obj: dict[str, Any], context: AdaptationContext) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the object as the target shall have it, and the names of the rules that changed it."""
    changed_by: list[str] = []
    for name, rule in adaptation_rules().items():
        if rule.applies_to(obj):
            adapted = rule.adapt(obj, context)
            if adapted != obj:
                changed_by.append(name)
            obj = adapted
    return obj, tuple(changed_by)
