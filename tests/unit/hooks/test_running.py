from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.adaptation.hold import hold
from include.clusters.commands import CommandResult
from include.errors import ProofError
from include.hooks import run_hooks
from include.run import MigrationRun
from tests.builders.definitions import definition
from tests.builders.objects import MemoryCluster, deployment, pod
from tests.builders.runs import run as lab_run

COMMAND = "pre.hook.backup.velero.io/command"
HOOK = {"name": "flush", "workload": "Deployment shop/web", "when": "before_stop", "command": ["flush"]}


class Obedient(MemoryCluster):
    """Run every command, with the exit code that its last word is."""

    ran: list[tuple[str, str, tuple[str, ...]]]

    def run_command(
        self, namespace: str, name: str, container: str, command: list[str], timeout_seconds: float
    ) -> CommandResult:
        self.__dict__.setdefault("ran", []).append((name, container, tuple(command)))
        code = int(command[-1]) if command[-1].isdigit() else 0
        return CommandResult(code, "", "no such table\n" if code else "")


def running(name: str, **annotations: str) -> dict[str, Any]:
    found = pod(name, owner="web", status={"phase": "Running"})
    found["metadata"] |= {"labels": {"app": "web"}, "annotations": annotations}
    return found


def a_run(folder: Path, *objects: dict[str, Any], hooks: list[dict[str, Any]] | None = None) -> MigrationRun:
    made = lab_run(folder)
    made.__dict__["definition"] = definition(lambda document: document.update(hooks=hooks or []))
    made.__dict__["source"] = Obedient("source", *objects)
    return made


def test_hooks_run_in_every_running_pod(tmp_path: Path) -> None:
    run = a_run(
        tmp_path, deployment(), running("web-1", **{COMMAND: '["sync"]'}), running("web-2"), hooks=[HOOK]
    )

    assert run_hooks(run, "before_stop") == 3
    assert sorted(run.source.ran) == [  # type: ignore[attr-defined]
        ("web-1", "app", ("flush",)),
        ("web-1", "app", ("sync",)),
        ("web-2", "app", ("flush",)),
    ]


def test_every_hook_that_fails_is_told_by_its_pod_and_without_its_command(tmp_path: Path) -> None:
    run = a_run(
        tmp_path,
        running("web-1", **{COMMAND: '["dump", "--password=hunter2", "3"]'}),
        running("web-2", **{COMMAND: '["dump", "4"]'}),
    )

    with pytest.raises(ProofError) as caught:
        run_hooks(run, "before_stop")

    text = str(caught.value)
    assert (
        f"Pod shop/web-1, source cluster: its hook {COMMAND} failed in container app with exit code 3: no such"
        in text
    )
    assert "Pod shop/web-2" in text
    assert "hunter2" not in text


def test_a_hook_that_may_fail_stops_nothing(tmp_path: Path) -> None:
    hook = {**HOOK, "command": ["flush", "1"], "on_error": "continue"}

    assert run_hooks(a_run(tmp_path, deployment(), running("web-1"), hooks=[hook]), "before_stop") == 1


def test_a_hook_without_a_pod_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        ProofError, match="Deployment shop/web, source cluster: its hook flush has no running pod"
    ):
        run_hooks(a_run(tmp_path, deployment(), hooks=[HOOK]), "before_stop")


def test_a_workload_that_a_former_try_has_stopped_needs_no_hook_any_more(tmp_path: Path) -> None:
    assert run_hooks(a_run(tmp_path, hold(deployment()), hooks=[HOOK]), "before_stop") == 0
