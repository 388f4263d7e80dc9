"""Measure a run by its ledger, for whoever draws dashboards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from include.progress import readable_bytes, readable_seconds

if TYPE_CHECKING:
    from include.ledger import Ledger, PhaseRecord

PREFIX = "cce_migration"


class Measure(NamedTuple):
    """Hold one figure; `tags` tell it from others of its name."""

    name: str
    value: float
    tags: Mapping[str, str]


def phase_measures(ledger: Ledger, phase: str) -> Iterator[Measure]:
    """Yield items by what was done with them, bytes and seconds, and proofs by their outcome, of one phase so far."""
    tags = {"migration": ledger.migration, "phase": phase}
    items, proofs = ledger.items(phase), ledger.proofs(phase)
    for action, count in Counter(item.action for item in items).items():
        yield Measure(f"{PREFIX}.items", count, {**tags, "action": action})
    yield Measure(f"{PREFIX}.bytes", sum(item.bytes for item in items), tags)
    yield Measure(f"{PREFIX}.seconds", sum(item.seconds for item in items), tags)
    outcomes = Counter("equal" if proof.equal else "unequal" for proof in proofs.values())
    for outcome, count in outcomes.items():
        yield Measure(f"{PREFIX}.proofs", count, {**tags, "outcome": outcome})


def phase_in_words(ledger: Ledger, phase: str) -> str:
    """Return e.g. `12 items (10 copied, 2 already equal), 310 MB moved, 12 proofs equal, 0 unequal, 1 min 4 s`."""
    items, proofs = ledger.items(phase), ledger.proofs(phase).values()
    actions = Counter(item.action.replace("_", " ") for item in items)
    done = f" ({', '.join(f'{count} {action}' for action, count in actions.items())})" if actions else ""
    equal = sum(proof.equal for proof in proofs)
    return (
        f"{len(items)} items{done}, {readable_bytes(sum(item.bytes for item in items))} moved, "
        f"{equal} proofs equal, {len(proofs) - equal} unequal, {_duration(ledger.phase(phase))}"
    )


def _duration(phase: PhaseRecord | None) -> str:
    if phase is None or phase.started is None or phase.finished is None:
        return "not finished"
    span = datetime.fromisoformat(phase.finished) - datetime.fromisoformat(phase.started)
    return readable_seconds(span.total_seconds())


def downtime_measures(ledger: Ledger, downtime: Mapping[str, Any]) -> Iterator[Measure]:
    """Yield what customers noticed of a cutover."""
    tags = {"migration": ledger.migration}
    yield Measure(f"{PREFIX}.downtime_seconds", float(downtime["seconds"]), tags)
    for name in ("writes_lost", "writes_doubled"):
        yield Measure(f"{PREFIX}.{name}", float(downtime[name]), tags)


def lag_measures(ledger: Ledger) -> Iterator[Measure]:
    """Yield how far followed databases are behind their sources."""
    from include.databases.followers import FORWARD

    for name in ledger.list(FORWARD):
        row = ledger.read(name)
        if row.get("lag_seconds") is not None:
            tags = {"migration": ledger.migration, "database": name.rpartition("/")[2]}
            yield Measure(f"{PREFIX}.lag_seconds", float(row["lag_seconds"]), tags)
            yield Measure(f"{PREFIX}.lag_bytes", float(row["lag_bytes"]), tags)
