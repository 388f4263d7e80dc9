"""Run the finding rules over the inventory and record what they find."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.errors import PreflightError
from include.inventory.finding_rules import by_severity, find_all
from include.inventory.model import Finding
from include.inventory.store import load_inventory
from include.planning.model import load_plan
from include.planning.server_presence import is_server_there

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "findings"


def find_obstacles(run: MigrationRun, *, in_data: bool = False) -> list[Finding]:
    """Return every finding, blockers first, and write them to the ledger document `findings`.

    :param in_data: ask databases, buckets and registries, too; an assessment reaches the source cluster alone.
    """
    found = find_all(load_inventory(run.ledger), run.definition)
    findings = by_severity([*found, *data_findings(run)]) if in_data else found
    run.ledger.write(DOCUMENT, {"findings": [finding.as_dict() for finding in findings]})
    for finding in findings:
        level = logging.INFO if finding.severity == "info" else logging.WARNING
        logger.log(level, "%s: %s %s; %s", finding.severity, finding.object, finding.message, finding.remedy)
    return findings


def data_findings(run: MigrationRun) -> Iterator[Finding]:
    """Yield what does not travel with databases, buckets and images.

    A database whose target server is not there yet is looked at once more by `find_late_obstacles`.

    :raises TemporaryError: when a server does not answer.
    """
    from include.databases.obstacles import database_findings, source_findings
    from include.images.obstacles import image_findings
    from include.objects.census import object_findings
    from include.objects.settings import bucket_findings

    there = [one for one in run.definition.databases if is_server_there(run, one)]
    yield from database_findings(run, there)
    yield from source_findings(run, [one for one in run.definition.databases if one not in there])
    yield from bucket_findings(run)
    yield from object_findings(run)
    yield from image_findings(run, load_inventory(run.ledger).images())


def find_late_obstacles(run: MigrationRun) -> int:
    """Add what is found at databases whose target servers were made after the plan; return how many these are.

    :raises PreflightError: when a finding blocks the migration.
    """
    from include.databases.obstacles import database_findings

    rows = load_plan(run.ledger).items(kind="database")
    names = {row.details["name"] for row in rows if row.details.get("is_late")}
    late = [one for one in run.definition.databases if one.name in names]
    if not late:
        return 0
    found = list(database_findings(run, late))
    known = run.ledger.read(DOCUMENT)["findings"]
    added = [one.as_dict() for one in found if one.as_dict() not in known]
    run.ledger.write(DOCUMENT, {"findings": [*known, *added]})
    refuse_blockers(found)
    return len(late)


def refuse_blockers(findings: list[Finding]) -> None:
    """Raise one `PreflightError` with every finding of severity blocker."""
    blockers = [
        f"{finding.object}, source: {finding.message}; {finding.remedy} (rule {finding.rule})"
        for finding in findings
        if finding.severity == "blocker"
    ]
    if blockers:
        raise PreflightError(blockers, "the source has obstacles that block the migration")
