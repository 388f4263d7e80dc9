"""The page of an assessment: complete, self-contained, and in order with nothing known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.assessment import assess, assessing
from include.assessment.measuring import Measured
from include.ledger import Ledger
from include.planning import find_obstacles
from include.report import write_report
from include.report.assessment_page import _known_seconds, counted, duration, phase_time, volume_sizes
from tests.builders.estates import estate_run, measured_estate_run
from tests.builders.objects import deployment
from tests.builders.runs import ledger


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.setattr(assessing, "measure", lambda run, images: Measured())
    run = estate_run(
        tmp_path, deployment("a-b", metadata={"annotations": {"meta.helm.sh/release-name": "<b>"}})
    )
    find_obstacles(run)
    assess(run)
    return run.ledger


def page_of(book: Ledger) -> str:
    return (Path(str(book.folder)) / "report.html").read_text(encoding="utf-8")


def test_the_report_has_the_stable_fields_and_the_assessment_beside_them(book: Ledger) -> None:
    report = write_report(book, "assessment", "succeeded")

    assert list(report) == [
        *("schema", "migration", "run_id", "kind", "result", "started", "finished"),
        *("phases", "items", "downtime", "findings", "assessment"),
    ]
    assert (report["result"], report["items"]) == ("succeeded", [])
    assert list(report["assessment"]) == [
        *("source", "changes", "left_behind", "prediction", "target", "comparison")
    ]
    assert book.read("report") == report


def test_the_page_shows_every_part(book: Ledger) -> None:
    write_report(book, "assessment", "succeeded")
    page = page_of(book)

    for text in (
        "assessment report",
        "4 blockers have to be removed before this source can be migrated",
        "What the migration changes by itself",
        "predictions, by rates seen in test runs",
        "unknown: not asked",
        "cce.s2.small, 3 masters",
        "Bind LoadBalancer Services to the ELB of the definition",
        "Helm release &lt;b&gt;",
    ):
        assert text in page


def test_the_page_needs_no_other_file_and_no_script(book: Ledger) -> None:
    write_report(book, "assessment", "succeeded")
    page = page_of(book)
    without_texts = page.replace("http://s3.source.lab", "")

    assert not [mark for mark in ("<script", "src=", "@import", "url(", "<link") if mark in page]
    assert "https://" not in without_texts


def test_no_section_is_empty_when_a_task_failed_before_there_was_anything(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    write_report(book, "assessment", "failed")
    page = page_of(book)

    assert "Nothing was found." in page
    assert 'href="#target"' not in page
    assert 'id="target"' not in page


def test_a_clear_source_says_so(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    warning = {"rule": "r", "severity": "warning", "object": "Pod a/b", "message": "m", "remedy": "r"}
    book.write("findings", {"findings": [warning]})
    write_report(book, "assessment", "succeeded")

    assert "Nothing blocks the migration of this source; 1 warning should be looked at." in page_of(book)


def test_a_rule_gives_its_reason_once_and_says_which_phase_handles_it(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    known = {"rule": "r", "severity": "warning", "message": "m", "remedy": "r", "why": "because"}
    rows = [
        {**known, "object": name, "handled_by": phase} for name, phase in (("a", "adaptation"), ("b", None))
    ]
    book.write("findings", {"findings": rows})
    write_report(book, "assessment", "succeeded")

    assert (page_of(book).count("because"), page_of(book).count("handled by adaptation")) == (1, 1)


def test_a_failed_task_makes_the_assessment_incomplete(book: Ledger) -> None:
    from include.ledger import record_failure

    record_failure(book, "resource_planning.assess", "resource_planning", ValueError("broken"))
    report = write_report(book, "assessment", "failed")

    assert report["result"] == "failed"
    assert "Why this assessment is incomplete" in page_of(book)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "under 1 min"),
        (59, "under 1 min"),
        (61, "1 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (40_000, "11 h"),
    ],
)
def test_predicted_times_are_no_finer_than_predictions(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("phase", "text"),
    [
        ({"seconds": 90.0, "unknown": 0, "items": 2}, "2 min"),
        ({"seconds": 90.0, "unknown": 1, "items": 2}, "at least 2 min"),
        ({"seconds": 30.0, "unknown": 1, "items": 2}, "at least 30 s"),
        ({"seconds": 90.0, "unknown": 2, "items": 2}, "unknown"),
    ],
)
def test_a_phase_of_unknown_sizes_takes_unknown_time(phase: dict[str, Any], text: str) -> None:
    assert phase_time(phase) == text


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (1, "node", "1 node"),
        (2, "Ingress", "2 Ingresses"),
        (0, "pod", "0 pods"),
        (1234, "object", "1,234 objects"),
    ],
)
def test_numbers_and_nouns_agree(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text


def test_an_unknown_time_has_no_bar() -> None:
    unknown, known = ({"seconds": 90.0, "unknown": number, "items": 2} for number in (2, 1))

    assert (_known_seconds(unknown), _known_seconds(known)) == (0.0, 90.0)


def test_what_is_used_is_drawn_beside_what_is_requested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assessing, "measure", lambda run, images: Measured())
    run = measured_estate_run(tmp_path)
    find_obstacles(run)
    assess(run)
    write_report(run.ledger, "assessment", "succeeded")
    page = page_of(run.ledger)

    for text in (
        "Migrated pods use",
        "Nodes use in all",
        "4 volumes count with what is in them, as their nodes told; 2 volumes of which that is not known count",
        "uses up to 2.8 GiB of memory a pod, and requests 1.6 GiB",
    ):
        assert text in page


def test_unknown_usage_is_called_so(book: Ledger) -> None:
    write_report(book, "assessment", "succeeded")
    page = page_of(book)

    assert "What nodes and pods use is not known" in page
    assert "Migrated pods use" not in page


@pytest.mark.parametrize(
    ("measured", "claimed", "text"),
    [
        (0, 0, ""),
        (2, 0, "Volumes count with what is in them, as their nodes told."),
        (0, 2, "Of volumes the claimed size counts, since how full they are is not known."),
        (1, 2, "1 volume counts with what is in them, as their nodes told; 2 volumes"),
    ],
)
def test_the_page_says_which_sizes_of_volumes_count(measured: int, claimed: int, text: str) -> None:
    told = volume_sizes({"measured": measured, "claimed": claimed})
    assert told.startswith(text)
    assert bool(told) == bool(text)
