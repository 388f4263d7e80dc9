"""Run the finding rules over the inventory and record what they find."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.inventory.finding_rules import by_severity, find_all
from include.inventory.model import Finding
from include.inventory.store import load_inventory

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "findings"


def find_obstacles(run: MigrationRun, *, in_data: bool = False) -> list[Finding]:
    """Return every finding, blockers first, and write them to the ledger document `findings`.

    :param in_data: ask databases and buckets, too; an assessment reaches the source cluster alone.
    """
    found = find_all(load_inventory(run.ledger), run.definition)
    findings = by_severity([*found, *data_findings(run)]) if in_data else found
    run.ledger.write(DOCUMENT, {"findings": [finding.as_dict() for finding in findings]})
    for finding in findings:
        level = logging.INFO if finding.severity == "info" else logging.WARNING
        logger.log(level, "%s: %s %s; %s", finding.severity, finding.object, finding.message, finding.remedy)
    return findings


def data_findings(run: MigrationRun) -> Iterator[Finding]:
    """Yield what does not travel with databases and buckets.

    :raises TemporaryError: when a server does not answer.
    """
    from include.databases.obstacles import database_findings
    from include.objects.settings import bucket_findings

    yield from database_findings(run)
    yield from bucket_findings(run)


def refuse_blockers(findings: list[Finding]) -> None:
    """Raise one `PreflightError` with every finding of severity blocker."""
    blockers = [
        f"{finding.object}, source: {finding.message}; {finding.remedy} (rule {finding.rule})"
        for finding in findings
        if finding.severity == "blocker"
    ]
    if blockers:
        raise PreflightError(blockers, "the source has obstacles that block the migration")
