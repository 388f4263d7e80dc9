"""Certify a migration: what moved, how each piece was proved, and that the source is out of service."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from include.cutover.front_door import open_door
from include.errors import ProofError
from include.ledger.records import now
from include.planning.markdown import cell
from include.report.rows import Row, join_rows
from include.retirement.costs import list_costs
from include.retirement.keeping import DOCUMENT as BACKUP
from include.retirement.records import PHASE

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

DOCUMENT = "retirement/certificate"
PAGE = "retirement-certificate.md"
NEEDED = (
    "fence/source",
    "quiet/front door of the source",
    "quiet/namespaces of the source",
    "backup/source",
    "installation/source",
    "installation/target",
    "installation/databases",
    "installation/buckets",
)


def write_certificate(run: MigrationRun) -> dict[str, Any]:
    """Write the certificate to the ledger, as JSON and as a page, and return it.

    :raises ProofError: with every row that is not proved: there is nothing to certify then.
    """
    rows = join_rows(run.ledger, "migration")
    by_key = {row.key: row for row in rows if row.phase == PHASE}
    problems = [f"{row.phase}/{row.key}: {row.problem}" for row in rows if row.problem]
    problems += [f"{PHASE}/{key}: was not done" for key in NEEDED if key not in by_key]
    if problems:
        raise ProofError(problems, "no certificate")
    document = certificate(run, rows)
    run.ledger.write(DOCUMENT, document)
    run.ledger.write_text(PAGE, certificate_page(document))
    logger.info("Certificate %s: %s", document["sha256"][:12], run.ledger.path(DOCUMENT))
    return document


def certificate(run: MigrationRun, rows: list[Row]) -> dict[str, Any]:
    """Return the certificate; its hash covers every row with its proof, so that a later change of them shows."""
    evidence = [row.as_item().model_dump(mode="json") for row in rows]
    counts = Counter((row.phase, row.state) for row in rows)
    return {
        "migration": run.definition.name,
        "run_id": run.run_id,
        "at": now(),
        "front_door": _front_door(run),
        "rows": [
            {"phase": phase, "state": state, "count": count}
            for (phase, state), count in sorted(counts.items())
        ],
        "waivers": [
            {"row": f"{row.phase}/{row.key}", "by": row.waiver.by, "reason": row.waiver.reason}
            for row in rows
            if row.waiver
        ],
        "downtime": run.ledger.read("cutover/downtime") if run.ledger.exists("cutover/downtime") else None,
        "source": [
            {"what": row.record.source, "is": row.record.target, "proved_by": row.proof.method}
            for row in rows
            if row.phase == PHASE and row.record and row.proof and row.state != "excluded"
        ],
        "backup": run.ledger.read(BACKUP),
        "costs": list_costs(run),
        "sha256": hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest(),
    }


def _front_door(run: MigrationRun) -> dict[str, list[str]]:
    door = open_door(run)
    return {run.definition.front_door.name: door.values(door.read())}


def certificate_page(document: dict[str, Any]) -> str:
    """Return the certificate for people."""
    downtime, kept = document["downtime"] or {}, document["backup"]["objects"]
    return (
        f"# Certificate of migration {document['migration']}\n\n"
        f"Run `{document['run_id']}`, written {document['at']}.\n\n"
        f"The front door leads to {document['front_door']}. The source serves nothing; what the migration installed is "
        "removed from both sides.\n\n"
        f"Downtime: {downtime.get('seconds', 'not measured')} s, writes lost: {downtime.get('writes_lost', '?')}, "
        f"doubled: {downtime.get('writes_doubled', '?')}.\n\n"
        f"{_table(document['rows'], 'phase', 'state', 'count')}\n"
        f"Waivers:\n{_waivers(document['waivers'])}\n\n"
        f"## The source\n\n{_table(document['source'], 'what', 'is', 'proved_by')}\n"
        f"The last backup of its objects is {kept['backup']} in bucket {kept['bucket']}, below {kept['prefix']}/; keep it until "
        f"{kept['keep_until']}. Nothing deletes it by itself.\n\n"
        f"## What goes on costing money\n\n{_table(document['costs'], 'side', 'kind', 'name', 'note')}\n"
        f"sha256 of all rows with their proofs: `{document['sha256']}`\n"
    )


def _table(rows: list[dict[str, Any]], *columns: str) -> str:
    lines = [f"| {' | '.join(cell(str(row[name])) for name in columns)} |" for row in rows]
    titles = f"| {' | '.join(name.replace('_', ' ') for name in columns)} |"
    return "\n".join([titles, "|---" * len(columns) + "|", *lines]) + "\n"


def _waivers(waivers: list[dict[str, Any]]) -> str:
    return "\n".join(f"- {row['row']}: {row['by']}, {row['reason']}" for row in waivers) or "- none"
