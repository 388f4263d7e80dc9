"""Operators that begin rehearsals by the clock."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import BaseOperator

from cce_migration.runs import REHEARSALS
from include.rehearsal.due import due_rehearsals

if TYPE_CHECKING:
    from airflow.sdk import Context


class FindDueRehearsalsOperator(BaseOperator):
    """Look which definitions are to be rehearsed by their own schedule."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("doc_md", inspect.getdoc(type(self)))
        super().__init__(**kwargs)

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Return what the next task is to trigger: the id of each run, and its params."""
        due = due_rehearsals(datetime.now(UTC))
        return [{"trigger_run_id": one.run_id, "conf": {"definition": one.definition}} for one in due]


class TriggerRehearsalOperator(TriggerDagRunOperator):
    """Trigger one rehearsal, unless this moment's was triggered before."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["trigger_dag_id"] = REHEARSALS
        kwargs["skip_when_already_exists"] = True
        super().__init__(**kwargs)
