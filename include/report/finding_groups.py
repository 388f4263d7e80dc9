"""Group the findings of a report by rule, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from include.inventory.model import SEVERITIES

# A longer group starts folded: the page stays readable with thousands of findings.
MOST_UNFOLDED = 20

Row = Mapping[str, Any]


@dataclass(frozen=True)
class FindingGroup:
    """Hold the findings of one rule, the worst first."""

    rule: str
    rows: tuple[Row, ...]

    @property
    def severity(self) -> str:
        """Return the worst severity of the group."""
        return str(self.rows[0].get("severity"))

    @property
    def why(self) -> str:
        """Say what would happen on CCE; findings of the run itself and of older ledgers do not say it."""
        return str(self.rows[0].get("why") or "")

    @property
    def is_open(self) -> bool:
        """Say whether the group starts unfolded."""
        return len(self.rows) <= MOST_UNFOLDED


def group_findings(findings: Iterable[Row]) -> list[FindingGroup]:
    """Return one group a rule, those with the worst findings first."""
    by_rule: dict[str, list[Row]] = {}
    for finding in sorted(findings, key=_place):
        by_rule.setdefault(str(finding.get("rule")), []).append(finding)
    groups = [FindingGroup(rule, tuple(rows)) for rule, rows in by_rule.items()]
    return sorted(groups, key=lambda group: (_severity_place(group.rows[0]), group.rule))


def sum_up(findings: Iterable[Row]) -> str:
    """Return how many findings there are of each severity, and how many need nobody."""
    rows = list(findings)
    counts = Counter(str(row.get("severity")) for row in rows)
    told = [f"{counts[name]} {name}{'' if counts[name] == 1 else 's'}" for name in SEVERITIES if counts[name]]
    handled = sum(1 for row in rows if row.get("handled_by"))
    return ", ".join(told) + (f"; {handled} of them handled by a later phase" if handled else "")


def _place(finding: Row) -> tuple[int, str]:
    return _severity_place(finding), str(finding.get("object"))


def _severity_place(finding: Row) -> int:
    severity = finding.get("severity")
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
