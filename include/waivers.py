"""Accept items without an equal proof, by the name of a person: in the definition, or with the answer to an approval."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from include.errors import PermanentError
from include.ledger import Waiver

if TYPE_CHECKING:
    from include.ledger import Ledger
    from include.run import MigrationRun

MOST_NEAR = 3

ItemName = tuple[str, str]


def find_waiver(run: MigrationRun, phase: str, key: str) -> Waiver | None:
    """Return who accepts an item without an equal proof: as recorded in this run, else as the definition names it."""
    for row in run.definition.waivers:
        if (row.phase, row.item) == (phase, key) and not has_expired(row.until):
            return run.ledger.waiver(phase, key) or Waiver(by=row.accepted_by, reason=row.reason)
    return run.ledger.waiver(phase, key)


def defined_waivers(ledger: Ledger) -> dict[ItemName, Waiver]:
    """Return the definition's waivers by phase and key, without those that have expired."""
    return {
        (str(row["phase"]), str(row["item"])): Waiver(by=row["accepted_by"], reason=row["reason"])
        for row in _defined(ledger)
        if not has_expired(row.get("until"))
    }


def has_expired(until: date | str | None, today: date | None = None) -> bool:
    """Say whether the last day of a waiver is over, in UTC."""
    return until is not None and date.fromisoformat(str(until)) < (today or datetime.now(UTC).date())


def waiver_findings(ledger: Ledger, proved: Mapping[ItemName, bool]) -> Iterator[dict[str, Any]]:
    """Yield what is wrong with the definition's waivers: no such item, expired, not needed.

    :param proved: whether each item of the run has an equal proof.
    """
    for row in _defined(ledger):
        name = (str(row["phase"]), str(row["item"]))
        text = "/".join(name)
        if name not in proved:
            near = _near(text, ["/".join(one) for one in proved])
            yield _finding(
                "waiver_of_unknown_item",
                text,
                "is no item of this run: the waiver accepts nothing",
                f"name an item{near}",
            )
        elif proved[name]:
            yield _finding(
                "waiver_not_needed",
                text,
                "has an equal proof: nothing had to be accepted",
                "remove the waiver",
                "info",
            )
        elif has_expired(row.get("until")):
            yield _finding(
                "waiver_expired",
                text,
                f"{row['accepted_by']} accepted it until {row['until']}: that no longer counts",
                "repair the item, or have somebody accept it anew",
            )


def read_answer(ledger: Ledger, text: str, by: str, reason: str) -> dict[ItemName, Waiver]:
    """Return the waivers that a person wrote into an approval, a line each: `phase/item` or `phase/item: reason`.

    :param reason: of lines that give none.
    :raises PermanentError: with every line that names no item of the plan, or has no reason.
    """
    names = {"/".join(name): name for name in _planned(ledger)}
    found, problems = dict[ItemName, Waiver](), list[str]()
    for line in filter(None, map(str.strip, text.splitlines())):
        # Keys hold colons themselves.
        known = max(
            (name for name in names if line == name or line.startswith(f"{name}:")), key=len, default=None
        )
        why = line[len(known) + 1 :].strip() or reason if known else ""
        if known is None:
            problems.append(f"{line!r} begins with no item of the plan{_near(line, list(names))}")
        elif not why:
            problems.append(f"{line!r} gives no reason")
        else:
            found[names[known]] = Waiver(by=by, reason=why)
    if problems:
        raise PermanentError(
            f"nothing was accepted: {'; '.join(problems)}; clear this task, and write each as phase/item: reason"
        )
    return found


def _defined(ledger: Ledger) -> list[dict[str, Any]]:
    definition = ledger.read("definition") if ledger.exists("definition") else {}
    return definition.get("waivers") or []


def _planned(ledger: Ledger) -> Iterator[ItemName]:
    for row in ledger.read("plan").get("items") or [] if ledger.exists("plan") else []:
        yield str(row["phase"]), str(row["key"])


def _near(text: str, names: list[str]) -> str:
    near = difflib.get_close_matches(text.partition(": ")[0], names, MOST_NEAR, cutoff=0.6)
    return f"; near: {', '.join(near)}" if near else ""


def _finding(rule: str, name: str, message: str, remedy: str, severity: str = "warning") -> dict[str, Any]:
    finding = {
        "rule": rule,
        "severity": severity,
        "object": f"waiver {name}",
        "message": message,
        "remedy": remedy,
    }
    return {**finding, "why": "", "handled_by": None}
