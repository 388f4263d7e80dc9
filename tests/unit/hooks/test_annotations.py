from __future__ import annotations

import pytest

from include.hooks.annotations import annotated_hooks
from include.hooks.model import PodHook

PRE, POST = "pre.hook.backup.velero.io", "post.hook.backup.velero.io"
RESTORE = "post.hook.restore.velero.io"


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        pytest.param(
            {f"{PRE}/command": '["sh", "-c", "dump"]', f"{PRE}/container": "db", f"{PRE}/timeout": "1m30s"},
            [PodHook(f"{PRE}/command", "db", ("sh", "-c", "dump"), 90)],
            id="a list of words, a container and a time",
        ),
        pytest.param(
            {f"{PRE}/command": "/bin/dump", f"{PRE}/on-error": "Continue"},
            [PodHook(f"{PRE}/command", None, ("/bin/dump",), 30, is_fatal=False)],
            id="a program that may fail",
        ),
        pytest.param(
            {f"{POST}/command": '["thaw"]', f"{PRE}/command": '["freeze"]'},
            [PodHook(f"{PRE}/command", None, ("freeze",)), PodHook(f"{POST}/command", None, ("thaw",))],
            id="what was frozen is thawed before the stop",
        ),
        pytest.param(
            {"hook.backup.velero.io/command": '["old"]'},
            [PodHook("hook.backup.velero.io/command", None, ("old",))],
            id="the older way to write it",
        ),
        pytest.param(
            {f"{RESTORE}/command": '["load"]', f"{PRE}/container": "db"}, [], id="none of this moment"
        ),
        pytest.param(
            {f"{PRE}/command": '["x"]', f"{PRE}/timeout": "soon"},
            [PodHook(f"{PRE}/command", None, ("x",))],
            id="a time that is none",
        ),
    ],
)
def test_hooks_of_velero_are_read_as_velero_reads_them(
    annotations: dict[str, str], expected: list[PodHook]
) -> None:
    assert list(annotated_hooks({"annotations": annotations}, "before_stop")) == expected


def test_a_restore_hook_runs_after_the_start() -> None:
    annotations = {f"{RESTORE}/command": '["load"]', f"{RESTORE}/exec-timeout": "2m"}

    assert list(annotated_hooks({"annotations": annotations}, "after_start")) == [
        PodHook(f"{RESTORE}/command", None, ("load",), 120)
    ]
