"""Print what the failed tasks of a run said last, each with its error in full and the place of its log."""

from __future__ import annotations

from rich.console import Console

from lab import paths
from lab.migrate.notices import FOLLOWERS
from lab.migrate.speaking import say
from lab.migrate.task_log import last_words, log_path
from lab.migrate.task_states import Instance, name_of

_MOST_TASKS = 5


def print_failures(console: Console, instances: list[Instance]) -> None:
    """Print them, the one that failed first at the top."""
    failed = [one for one in instances if one["state"] == "failed" and one["task_id"] not in FOLLOWERS]
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
