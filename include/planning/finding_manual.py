"""Write docs/findings.md, the table of all finding rules: `python -m include.planning.finding_manual`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from include.databases import obstacles as databases
from include.images import obstacles as images
from include.inventory.finding_rules import finding_rules
from include.objects import census as objects
from include.objects import settings as buckets

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "findings.md"
INTRODUCTION = """\
# Findings

<!-- Made by `python -m include.planning.finding_manual` from include/inventory/findings. Change the rules, not this file. -->

`assess_source` and the planning of `migrate_to_cce` look for what stands in the way. Each finding names a rule, a severity, an object,
what is the matter, why that matters on CCE, and what to do about it.

- A **blocker** ends the planning: the migration would fail, or lose something.
- A **warning** asks a person to decide, or to do something on the source or the target.
- An **info** is good to know, or is dealt with by the phase in the last column.

The report groups them by rule; the approval of the plan lists those that somebody has to know. A rule is one file in
`include/inventory/findings`. What they need of the source is read only; [`source-reader.yaml`](source-reader.yaml) has the rights.
"""
HEAD = """
| Rule | Severity | Looks for | Why | Who handles it |
|---|---|---|---|---|
"""
DATA = """
## Beside the cluster

A migration asks the databases, buckets and registries of the definition, too; an assessment does not need to reach them.
"""


def manual_text() -> str:
    """Return docs/findings.md."""
    rules = sorted(finding_rules().values(), key=lambda rule: rule.RULE)
    groups = (rules, (databases, buckets, objects, images))
    inside, beside = (HEAD + "".join(map(_row, group)) for group in groups)
    return f"{INTRODUCTION}\n## In the cluster: {len(rules)} rules\n{inside}{DATA}{beside}"


def _row(rule: Any) -> str:
    return f"| {' | '.join(_cells(rule))} |\n"


def _cells(rule: ModuleType) -> Iterator[str]:
    yield f"`{rule.RULE}`"
    yield ", ".join(rule.SEVERITIES)
    yield _escaped((rule.__doc__ or "").partition("\n")[0])
    yield _escaped(rule.WHY)
    phase = getattr(rule, "HANDLED_BY", None)
    yield f"`{phase}` where the finding says so, else a person" if phase else "a person"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(manual_text(), encoding="utf-8")
