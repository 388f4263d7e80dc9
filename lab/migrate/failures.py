"""Print what the failed tasks of a run said last, each with its error in full and the place of its log."""

from __future__ import annotations

from rich.console import Console

from lab import paths
from lab.migrate.speaking import say
from lab.migrate.task_log import last_words, log_path
from lab.migrate.task_states import Instance, name_of, phase_of

_MOST_TASKS = 5


def print_failures(console: Console, instances: list[Instance], *, has_report: bool) -> None:
    """Print them, the one that failed first at the top.

    Tasks outside the phases fail because others did. Without a report the one that writes it counts as well.
    """
    failed = [one for one in instances if one["state"] == "failed" and _has_a_reason(one, has_report)]
    failed.sort(key=lambda one: str(one["end_date"]))
    for instance in failed[:_MOST_TASKS]:
        path = log_path(instance)
        say(console, f"\n{name_of(instance)} failed at try {instance['try_number']}", "bold red")
        lines = last_words(path) or ["it left no word: its process was killed, or never started"]
        for line in lines:
            say(console, f"  {line}")
        say(console, f"  log: {path.relative_to(paths.ROOT)}", "dim")
    if len(failed) > _MOST_TASKS:
        say(console, f"\nand {len(failed) - _MOST_TASKS} more tasks failed", "bold red")


def _has_a_reason(instance: Instance, has_report: bool) -> bool:
    return bool(phase_of(instance)) or (not has_report and instance["task_id"] != "watcher")
