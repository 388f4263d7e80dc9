"""What the person who approves a cutover is told of the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.cutover import cutover_evidence, evidence
from include.errors import ClusterUnavailableError
from include.run import MigrationRun
from tests.builders.objects import MemoryCluster, deployment
from tests.builders.proposals import run_on, source


@pytest.fixture
def cluster() -> MemoryCluster:
    return source(deployment())


@pytest.fixture
def run(tmp_path: Path, cluster: MemoryCluster) -> MigrationRun:
    return run_on(tmp_path, cluster)


def test_a_source_as_it_was_planned_is_said(run: MigrationRun) -> None:
    assert "**The source is as it was planned.**" in cutover_evidence(run)


def test_what_has_changed_since_the_plan_is_named(run: MigrationRun, cluster: MemoryCluster) -> None:
    changed = deployment(replicas=4)
    cluster.objects[cluster.path_of(changed)] = changed
    text = cutover_evidence(run)
    assert "**The source has changed in 1 place since the plan; this is not on the target:**" in text
    assert "- changed: Deployment shop/web (spec.replicas: was 2, is 4)" in text


def test_of_many_changes_the_first_are_named(run: MigrationRun, cluster: MemoryCluster) -> None:
    for number in range(evidence.MOST_OPEN + 3):
        more = deployment(f"web-{number:02}")
        cluster.objects[cluster.path_of(more)] = more
    text = cutover_evidence(run)
    assert f"changed in {evidence.MOST_OPEN + 3} places" in text
    assert "- … and 3 more" in text


def test_a_source_that_does_not_answer_is_said_and_the_question_asked_all_the_same(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Any) -> None:
        raise ClusterUnavailableError("source cluster: no answer")

    monkeypatch.setattr(evidence, "read_source", away)
    text = cutover_evidence(run)
    assert "**The source could not be compared with the plan:** source cluster: no answer" in text
    assert "**An approval** stops the writers" in text


def test_a_cutover_that_may_not_begin_now_is_said_before_it_is_approved(
    run: MigrationRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "may not begin now" not in cutover_evidence(run)
    monkeypatch.setattr(evidence, "why_not", lambda definition, moment: "year-end closing")
    assert "**The cutover may not begin now:** year-end closing." in cutover_evidence(run)
