from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lab.migrate.ledger_view import LedgerView
from lab.migrate.notices import Notice, Notices

from .builders import instance

Write = Callable[[str, Any], None]


def finding(severity: str, number: int = 0) -> dict[str, Any]:
    return {
        "rule": "host_path",
        "severity": severity,
        "object": f"DaemonSet shop/agent-{number}",
        "message": "mounts /var/log of its node",
        "remedy": "nothing moves",
    }


def notices(ledger: LedgerView, error: str = "TemporaryError: refused") -> Notices:
    return Notices(ledger, lambda _: error)


def test_a_finding_is_said_once_and_information_is_not(ledger: LedgerView, write: Write) -> None:
    write("findings", {"findings": [finding("warning"), finding("info", 1)]})
    said = notices(ledger)
    text = "DaemonSet shop/agent-0 mounts /var/log of its node"
    assert said.collect([], []) == [Notice("warning", text)]
    assert said.collect([], []) == []


def test_many_findings_end_with_the_number_of_the_others(ledger: LedgerView, write: Write) -> None:
    write("findings", {"findings": [finding("warning", number) for number in range(14)]})
    lines = notices(ledger).collect([], [])
    assert len(lines) == 11
    assert lines[-1].text == "and 4 more findings, in findings.json of the ledger"


def test_a_logged_warning_is_said_once_with_its_task(ledger: LedgerView) -> None:
    said = notices(ledger)
    assert said.collect([], [("obs_sync.copy", "slow")] * 2) == [Notice("warning", "obs_sync.copy: slow")]


def test_a_finding_that_its_task_logs_as_well_is_not_said_again(ledger: LedgerView, write: Write) -> None:
    write("findings", {"findings": [finding("warning")]})
    logged = "warning: DaemonSet shop/agent-0 mounts /var/log of its node; nothing moves"
    assert len(notices(ledger).collect([], [("resource_planning.plan_migration", logged)])) == 1


def test_each_failed_try_is_said_with_its_reason(ledger: LedgerView) -> None:
    said = notices(ledger)
    first = instance("obs_sync.copy", "up_for_retry")
    text = "obs_sync.copy: try 1 failed and is repeated: TemporaryError: refused"
    assert said.collect([first], []) == [Notice("warning", text)]
    assert said.collect([first], []) == []
    same = "obs_sync.copy: try 2 failed for the same reason and is repeated"
    assert said.collect([first | {"try_number": 2}], []) == [Notice("warning", same)]


def test_a_failure_is_said_but_not_those_that_only_follow_it(ledger: LedgerView) -> None:
    instances = [
        instance("obs_sync.copy", "failed"),
        instance("watcher", "failed"),
        instance("write_report", "failed"),
        instance("cutover.switch", "upstream_failed"),
    ]
    assert notices(ledger).collect(instances, []) == [
        Notice("failure", "obs_sync.copy failed: TemporaryError: refused")
    ]


def test_a_failure_without_an_error_says_so(ledger: LedgerView) -> None:
    (notice,) = notices(ledger, "").collect([instance("obs_sync.copy", "failed")], [])
    assert notice.text.endswith("its log has no error; Airflow lost its process")
