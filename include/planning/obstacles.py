"""Run the finding rules over the inventory and record what they find."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.inventory.finding_rules import find_all
from include.inventory.model import Finding
from include.inventory.store import load_inventory

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "findings"


def find_obstacles(run: MigrationRun) -> list[Finding]:
    """Return every finding, blockers first, and write them to the ledger document `findings`."""
    findings = find_all(load_inventory(run.ledger), run.definition)
    run.ledger.write(DOCUMENT, {"findings": [finding.as_dict() for finding in findings]})
    for finding in findings:
        level = logging.INFO if finding.severity == "info" else logging.WARNING
        logger.log(level, "%s: %s %s; %s", finding.severity, finding.object, finding.message, finding.remedy)
    return findings


def refuse_blockers(findings: list[Finding]) -> None:
    """Raise one `PreflightError` with every finding of severity blocker."""
    blockers = [
        f"{finding.object}, source cluster: {finding.message}; {finding.remedy} (rule {finding.rule})"
        for finding in findings
        if finding.severity == "blocker"
    ]
    if blockers:
        raise PreflightError(blockers, "the source has obstacles that block the migration")
