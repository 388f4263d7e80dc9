"""Write the plan down for the person who approves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.planning.digest import plan_digest
from include.planning.markdown import cell
from include.planning.model import Plan, PlanItem, load_plan
from include.planning.obstacles import DOCUMENT as FINDINGS
from include.planning.summary_buckets import buckets_part
from include.planning.summary_findings import findings_part
from include.planning.summary_target import bill_part, resources_part
from include.progress import readable_bytes, readable_seconds
from include.waivers import waiver_findings

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

NOUNS = {"velero": "Velero installation"}
ASSESSMENT = "assessment"
DIGITS = 12
NOTHING = "\N{EN DASH}"

Fields = Mapping[str, Any]


def plan_summary(run: MigrationRun, report_link: str = "") -> str:
    """Return the plan as Markdown: what moves and what it should cost, the target, what was found, what stays behind.

    :param report_link: address of the page that shows all of it, where there is one.
    """
    plan, definition = load_plan(run.ledger), run.definition
    assessment = _read(run.ledger, ASSESSMENT)
    title = (
        f"## Migration {definition.name}: namespaces {', '.join(definition.source.namespaces)} "
        f"into {definition.target.region}\n"
    )
    parts = [
        title,
        _links(run.ledger, report_link),
        _moves(plan, assessment.get("prediction") or {}),
        _volume_sizes(plan),
        buckets_part(plan.items("obs_sync", "bucket")),
        findings_part(_read(run.ledger, FINDINGS).get("findings") or []),
        resources_part(plan.items("resource_planning", "resource")),
        bill_part(assessment.get("target") or []),
        _excluded(plan),
        _waivers(run.ledger, plan),
    ]
    return "\n".join(part for part in parts if part)


def _waivers(ledger: Ledger, plan: Plan) -> str:
    """Return the waivers that accept nothing: their item is not in the plan, or they have expired."""
    found = waiver_findings(ledger, {(row.phase, row.key): False for row in plan.rows})
    lines = [f"- {cell(one['object'])} {cell(one['message'])}; {cell(one['remedy'])}" for one in found]
    return "\n".join(["### Waivers to look at\n", *lines]) + "\n" if lines else ""


def _read(ledger: Ledger, name: str) -> dict[str, Any]:
    return ledger.read(name) if ledger.exists(name) else {}


def _links(ledger: Ledger, report_link: str) -> str:
    link = (
        f"**[Open the whole plan]({report_link})**: every item, finding and resource. " if report_link else ""
    )
    return f"{link}Plan `{plan_digest(ledger)[:DIGITS]}`; until its approval nothing is changed on either side.\n"


def _moves(plan: Plan, prediction: Fields) -> str:
    """Return what each phase moves; sizes and times are those of the assessment where it knows better than a row."""
    known = {str(phase["id"]): phase for phase in prediction.get("phases") or []}
    lines = ["| Phase | Items | Size | Predicted |", "|---|---|---|---|"]
    size = seconds = 0.0
    for phase in dict.fromkeys(row.phase for row in plan.rows):
        rows = plan.items(phase)
        phase_size = known.get(phase, {}).get("bytes") or sum(row.bytes for row in rows)
        phase_seconds = known.get(phase, {}).get("seconds") or sum(row.predicted_seconds for row in rows)
        size, seconds = size + phase_size, seconds + phase_seconds
        lines.append(
            f"| {phase} | {_kinds(rows)} | {_size(phase_size)} | {readable_seconds(phase_seconds)} |"
        )
    head = (
        f"### What moves\n\n{_count(len(plan.items()), 'item')}, {_size(size)}, {readable_seconds(seconds)} of work one "
        f"after another{_downtime(prediction.get('downtime'))}\n"
    )
    return "\n".join([head, *lines]) + "\n"


def _downtime(downtime: Fields | None) -> str:
    if not downtime:
        return ""
    return f"; **downtime {readable_seconds(downtime['seconds'])}** ({cell(downtime['basis'])}), all of it predicted"


def _kinds(rows: list[PlanItem]) -> str:
    counts = Counter(NOUNS.get(row.kind, row.kind) for row in rows)
    return ", ".join(_count(count, kind) for kind, count in sorted(counts.items())) or "none"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _size(size: float) -> str:
    return readable_bytes(size) if size else NOTHING


def _volume_sizes(plan: Plan) -> str:
    """Say of how many volumes the claimed size stands for what is in them."""
    volumes = [row for row in plan.rows if row.kind == "volume"]
    # The plan of an earlier version has no `used`: it knew of no volume how full it is.
    claimed = sum(row.details.get("used") is None for row in volumes)
    if not claimed:
        return ""
    return f"How full {claimed} of {len(volumes)} volumes are is not known: there the claimed size counts.\n"


def _excluded(plan: Plan) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    for row in plan.excluded():
        amount = len(row.details.get("names") or []) or int(row.details.get("count", 1))
        counts[str(row.details["resource"]), str(row.details["reason"])] += amount
    if not counts:
        return ""
    lines = [
        f"| {count:,} | {cell(resource)} | {cell(reason)} |"
        for (resource, reason), count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    head = f"### Stays behind on purpose: {_count(counts.total(), 'object')}\n"
    return "\n".join([head, "| Objects | Kind | Why |", "|---|---|---|", *lines]) + "\n"
