"""Print how a run ended: the downtime, the proofs, where the time went, and where the report is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab import paths
from lab.migrate.amounts import counted, duration, size
from lab.migrate.snapshot import PHASES, Snapshot
from lab.migrate.speaking import say

_MOST_REASONS = 20
_MOST_ALIKE = 2
_STYLES = {"succeeded": "bold green", "rolled_back": "bold yellow"}


def print_end(console: Console, report: dict[str, Any], folder: Path, snapshot: Snapshot) -> None:
    """Print all of it."""
    result = report["result"]
    headline = f"{report['kind'].capitalize()} {result.replace('_', ' ')} after {duration(snapshot.seconds)}"
    say(console, f"\n{headline}", _STYLES.get(result, "bold red"))
    if result != "succeeded":
        for reason in _reasons(report):
            say(console, f"  {reason}", "red")
    if report["kind"] == "migration":
        _print_downtime(console, report.get("downtime"))
    if result == "succeeded":
        # else the reasons are among them, and were told
        say(console, _findings(report))
    console.print()
    if report["items"]:
        console.print(_proofs(report))
        console.print()
    console.print(_times(snapshot))
    console.print()
    for name in ("report.json", "report.html"):
        if (folder / name).exists():
            say(console, f"{name:<12} {_short(folder / name)}")


def _reasons(report: dict[str, Any]) -> list[str]:
    """Return why a report does not say that the run succeeded; many items with the same fate are one line."""
    rows = [row for row in report["findings"] if row["severity"] == "blocker"]
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((row["object"].split("/")[0], row["message"]), []).append(row["object"])
    lines = []
    for (place, message), objects in groups.items():
        if len(objects) > _MOST_ALIKE:
            lines.append(f"{place}: {message} ({counted(len(objects), 'item')})")
        else:
            lines += [f"{one}: {message}" for one in objects]
    hidden = len(lines) - _MOST_REASONS
    return lines[:_MOST_REASONS] + ([f"and {hidden} more, in the report"] if hidden > 0 else [])


def _findings(report: dict[str, Any]) -> str:
    """Return how many findings there are of each severity."""
    counts = Counter(row["severity"] for row in report["findings"])
    words = {"blocker": "blocker", "warning": "warning", "info": "hint"}
    found = [counted(counts[severity], word) for severity, word in words.items() if counts[severity]]
    return f"Findings: {', '.join(found) or 'none'}"


def _print_downtime(console: Console, downtime: dict[str, Any] | None) -> None:
    if downtime is None:
        say(console, "No cutover took place: the traffic is where it was.")
        return
    lost, doubled = downtime["writes_lost"], downtime["writes_doubled"]
    console.print(
        Text.assemble(
            ("Downtime ", "bold"),
            (f"{downtime['seconds']:.1f} s", "bold"),
            f", seen by a client with {counted(downtime['requests'], 'request')}; ",
            f"{counted(downtime['writes_acknowledged'], 'write')} acknowledged, ",
            (f"{lost} lost, {doubled} doubled", "bold red" if lost or doubled else "green"),
        )
    )
    if downtime["steps"]:
        console.print(_steps(downtime["steps"]))


def _steps(steps: list[dict[str, Any]]) -> Table:
    """Return the cutover's steps in their order; the switch waited for those with a star."""
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False)
    table.add_column("step (* on the critical path)", no_wrap=True)
    for column in ("begins", "takes"):
        table.add_column(column, no_wrap=True, justify="right")
    for step in steps:
        name = f"{'*' if step['critical'] else ' '} {step['name'].replace('_', ' ')}"
        table.add_row(name, f"{step['started']:+.1f} s", f"{step['seconds']:.1f} s")
    return table


def _proofs(report: dict[str, Any]) -> Table:
    table = Table(
        title="Proofs",
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 3, 0, 0),
        pad_edge=False,
    )
    for column in ("phase", "kind"):
        table.add_column(column, no_wrap=True)
    for column in ("items", "equal", "unequal", "no proof", "waived", "left out", "moved"):
        table.add_column(column, no_wrap=True, justify="right")
    groups: dict[tuple[int, str, str], Counter[str]] = {}
    for item in report["items"]:
        place = PHASES.index(item["phase"]) if item["phase"] in PHASES else len(PHASES)
        group = groups.setdefault((place, item["phase"], item["kind"]), Counter())
        group[_verdict(item)] += 1
        group["items"] += 1
        group["bytes"] += item["bytes"]
    for (_, phase, kind), group in sorted(groups.items()):
        bad = [_count(group[name], "bold red") for name in ("unequal", "no proof")]
        rest = [_count(group[name]) for name in ("waived", "left out")]
        moved = size(group["bytes"]) if group["bytes"] else ""
        table.add_row(phase, kind, str(group["items"]), str(group["equal"]), *bad, *rest, moved)
    return table


def _verdict(item: dict[str, Any]) -> str:
    if item["waiver"]:
        return "waived"
    if item["action"] == "excluded":
        return "left out"
    if item["action"] == "failed" or not item["proof"]:
        return "no proof"
    return "equal" if item["proof"]["equal"] else "unequal"


def _count(number: int, style: str = "") -> Text:
    return Text(str(number), style=style if number else "dim")


def _times(snapshot: Snapshot) -> Table:
    title = "Where the time went"
    table = Table(
        title=title, title_justify="left", title_style="bold", box=None, padding=(0, 3, 0, 0), pad_edge=False
    )
    table.add_column("phase", no_wrap=True)
    table.add_column("time", no_wrap=True, justify="right")
    table.add_column("", no_wrap=True)
    longest = max((phase.seconds or 0 for phase in snapshot.phases), default=0) or 1
    for phase in snapshot.phases:
        if phase.seconds is not None:
            bar = "█" * max(1, round(30 * phase.seconds / longest))
            table.add_row(phase.id, duration(phase.seconds), Text(bar, style="cyan"))
    table.add_row("no task at work", duration(snapshot.idle_seconds), "")
    table.add_row("whole run", duration(snapshot.seconds), "")
    return table


def _short(path: Path) -> str:
    return str(path.relative_to(paths.ROOT)) if path.is_relative_to(paths.ROOT) else str(path)
