from __future__ import annotations

from io import StringIO

from rich.console import Console

from lab.migrate.lines import LineScreen
from lab.migrate.notices import Notice
from lab.migrate.screen import LiveScreen, picture
from lab.migrate.snapshot import Phase, Snapshot, Task

PLANNED = Phase("resource_planning", "succeeded", 3, 3, seconds=14)
COPYING = Phase("swr_image_sync", "running", 4, 11, 80_000_000, 220_000_000, 12)
LATER = Phase("velero_backup_restore", "waiting", 0, 3, 0, 90_000_000)
OFF = Phase("source_retirement", "skipped")
AT_WORK = Task("swr_image_sync.copy [shard 1]", "running", 8, "3 of 4 images, 60 of 80 MB")


def snapshot(*phases: Phase, state: str = "running", tasks: tuple[Task, ...] = ()) -> Snapshot:
    return Snapshot("run-1", state, 75, phases=phases, tasks=tasks)


def drawn(shown: Snapshot, width: int = 80) -> list[str]:
    console = Console(width=width, file=StringIO(), record=True)
    console.print(picture(shown))
    return [line.rstrip() for line in console.export_text().splitlines()]


def test_the_picture_has_a_line_a_phase_and_what_is_at_work() -> None:
    lines = drawn(snapshot(PLANNED, COPYING, LATER, OFF, tasks=(AT_WORK,)))
    assert lines == [
        "",
        "✓ resource_planning                     3 of 3 items                      14 s",
        "* swr_image_sync                       4 of 11 items   80 of 220 MB       12 s",
        "· velero_backup_restore waiting         0 of 3 items",
        "- source_retirement     skipped",
        "",
        "swr_image_sync.copy [shard 1]  8 s  3 of 4 images, 60 of 80 MB",
        "1 min 15 s so far",
    ]


def test_what_was_equal_already_has_moved_nothing() -> None:
    equal = Phase("swr_image_sync", "running", 11, 11, 0, 220_000_000, 12)
    assert drawn(snapshot(equal))[1] == (
        "* swr_image_sync                      11 of 11 items                      12 s"
    )


def test_a_long_line_of_a_task_is_cut_and_not_wrapped() -> None:
    long = Task("rds_dump_restore.copy", "running", 8, "table " * 40)
    lines = drawn(snapshot(COPYING, tasks=(long,)))
    assert max(map(len, lines)) <= 80
    assert lines[-2].endswith("…")


def test_more_tasks_than_fit_are_counted() -> None:
    tasks = tuple(Task(f"obs_sync.copy [{number}]", "running", 1) for number in range(9))
    assert "and 3 more" in drawn(snapshot(COPYING, tasks=tasks))


def test_a_moment_without_a_task_is_explained() -> None:
    assert "Airflow is choosing what comes next" in drawn(snapshot(COPYING))


def test_a_picture_of_the_end_has_phases_only() -> None:
    assert drawn(snapshot(PLANNED, state="success"))[-1].startswith("✓ resource_planning")


def test_lines_above_the_picture_say_what_they_are() -> None:
    file = StringIO()
    console = Console(file=file, force_terminal=True, color_system=None, width=80)
    with LiveScreen(console) as screen:
        screen.show(snapshot(COPYING))
        screen.say(Notice("warning", "slow disk"))
        screen.say(Notice("note", "approving the plan"))
    assert "warning: slow disk" in file.getvalue()
    assert "approving the plan" in file.getvalue()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_without_a_terminal_each_change_of_state_is_a_plain_line() -> None:
    lines: list[str] = []
    with LineScreen(lines.append) as screen:
        screen.show(snapshot(LATER, Phase("swr_image_sync", "waiting", 0, 11)))
        screen.show(snapshot(LATER, COPYING))
        screen.show(snapshot(LATER, COPYING))
        screen.say(Notice("failure", "obs_sync.copy failed: refused"))
    assert [line.split("  ", 1)[1] for line in lines] == [
        "swr_image_sync          running      4 of 11 items, 80 of 220 MB, 12 s",
        "failure: obs_sync.copy failed: refused",
    ]


def test_without_a_terminal_counts_are_told_every_ten_seconds() -> None:
    lines: list[str] = []
    clock = Clock()
    screen = LineScreen(lines.append, clock)
    for second in range(25):
        clock.now = 100.0 + second
        screen.show(snapshot(Phase("swr_image_sync", "running", second, 40)))
    assert [line.split("running")[1].split()[0] for line in lines] == ["0", "10", "20"]
