"""Certify a migration: what moved, how each piece was proved, and that the source is out of service."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

from include.cutover.front_door import read_record
from include.errors import ProofError
from include.ledger.records import now
from include.report.rows import Row, join_rows

if TYPE_CHECKING:
    from include.run import MigrationRun

logger = logging.getLogger(__name__)

DOCUMENT = "retirement/certificate"
PAGE = "retirement-certificate.md"
NEEDED = ("fence/source", "installation/source", "installation/target")


def write_certificate(run: MigrationRun) -> dict[str, Any]:
    """Write the certificate to the ledger, as JSON and as a page, and return it.

    :raises ProofError: with every row that is not proved: there is nothing to certify then.
    """
    rows = join_rows(run.ledger, "migration")
    by_key = {row.key: row for row in rows if row.phase == "source_retirement"}
    problems = [f"{row.phase}/{row.key}: {row.problem}" for row in rows if row.problem]
    problems += [f"source_retirement/{key}: was not done" for key in NEEDED if key not in by_key]
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
        "front_door": {
            run.definition.front_door.dns.record: [v for one in read_record(run) for v in one.values]
        },
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
        "sha256": hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest(),
    }


def certificate_page(document: dict[str, Any]) -> str:
    """Return the certificate for people."""
    rows = "\n".join(f"| {row['phase']} | {row['state']} | {row['count']} |" for row in document["rows"])
    downtime = document["downtime"] or {}
    waivers = "\n".join(f"- {row['row']}: {row['by']}, {row['reason']}" for row in document["waivers"])
    return (
        f"# Certificate of migration {document['migration']}\n\n"
        f"Run `{document['run_id']}`, written {document['at']}.\n\n"
        f"The front door leads to {document['front_door']}. The source serves nothing; what the migration installed is "
        "removed from both clusters.\n\n"
        f"Downtime: {downtime.get('seconds', 'not measured')} s, writes lost: {downtime.get('writes_lost', '?')}, "
        f"doubled: {downtime.get('writes_doubled', '?')}.\n\n"
        f"| phase | state | rows |\n|---|---|---|\n{rows}\n\n"
        f"Waivers:\n{waivers or '- none'}\n\n"
        f"sha256 of all rows with their proofs: `{document['sha256']}`\n"
    )
