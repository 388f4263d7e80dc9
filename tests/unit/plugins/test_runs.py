"""Tasks open the run that they belong to, or the one of the past that their DAG's form names."""

from __future__ import annotations

from typing import Any

import pytest

from cce_migration.params import past_migration_params
from cce_migration.runs import open_migration
from include.errors import PermanentError

from .conftest import RUN_ID


def test_a_migration_s_task_opens_its_own_run(context: dict[str, Any]) -> None:
    assert open_migration(context).run_id == RUN_ID


def test_a_form_that_asks_for_a_run_of_the_past_gets_that_one(context: dict[str, Any]) -> None:
    open_migration(context).ledger.write("cutover/endpoint", {"at": "2026-11-26T11:00:00.000+00:00"})
    later = {
        **context,
        "run_id": "manual__2026-11-27T10:00:00+00:00",
        "params": {**context["params"], "migration_run": None},
    }
    later["ti"].dag_id = "roll_back_cutover"
    run = open_migration(later)
    assert run.run_id == RUN_ID
    assert run.ledger.list("continued-by") != []


def test_an_unknown_run_of_the_past_is_refused(context: dict[str, Any]) -> None:
    context["params"]["migration_run"] = "no such run"
    with pytest.raises(PermanentError, match="has no run no such run"):
        open_migration(context)


def test_the_form_of_such_a_dag_may_leave_the_run_open() -> None:
    param = past_migration_params()["migration_run"]
    assert param.resolve() is None
