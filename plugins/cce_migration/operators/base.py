"""What every step of a migration has in common: it opens the run, keeps the record, and returns keys and counts."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowSkipException

from cce_migration.links import LINKS
from cce_migration.metrics import send
from cce_migration.runs import open_migration
from cce_migration.supervised import end_with_supervisor
from include.engines import end_all_engines
from include.errors import DefinitionError
from include.ledger import record_failure, resolve_failure
from include.measures import phase_in_words, phase_measures

if TYPE_CHECKING:
    from airflow.sdk import Context

    from include.run import MigrationRun


class MigrationOperator(BaseOperator):
    """Do one step of a migration.

    A subclass implements `act`; its docstring is what the Airflow UI shows of the task.

    :param ends_phase: the step is the last one of its phase (the task group), which it records as finished.
    """

    # A step that clears up runs whatever happened before: when the definition was refused, or its phase never began.
    clears_up: ClassVar[bool] = False
    operator_extra_links = LINKS

    def __init__(self, *, ends_phase: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("doc_md", inspect.getdoc(type(self)))
        super().__init__(**kwargs)
        self.ends_phase = ends_phase

    @property
    def phase(self) -> str:
        """Return the id of the phase: the task group this task is in."""
        return str(self.task_id).partition(".")[0]

    def execute(self, context: Context) -> Any:
        """Open the run, act, and keep the record of it in the ledger."""
        end_with_supervisor()
        run = self.open_run(context)
        # What was chosen for the run of the past says nothing of the one that goes on with it.
        if self.phase in run.choice.left_out and "migration_run" not in context["params"]:
            raise AirflowSkipException(f"phase {self.phase} is not among those chosen for this run")
        if not self.clears_up:
            run.ledger.phase_started(self.phase)
        task = _task_name(context)
        try:
            result = self.act(run, context)
        except AirflowSkipException:
            raise
        except Exception as error:
            record_failure(run.ledger, task, self.phase, error, run.passage)
            raise
        resolve_failure(run.ledger, task, run.passage)
        if self.ends_phase:
            run.ledger.phase_finished(self.phase, "succeeded")
            self._sum_up(run)
        return result

    def _sum_up(self, run: MigrationRun) -> None:
        """End the log of a phase's last step with what the phase has done, and send it as metrics."""
        self.log.info("Phase %s: %s", self.phase, phase_in_words(run.ledger, self.phase))
        send(phase_measures(run.ledger, self.phase))

    @abstractmethod
    def act(self, run: MigrationRun, context: Context) -> Any:
        """Do the step; return keys and counts only, never content."""

    def open_run(self, context: Context) -> MigrationRun:
        """Return the task's run.

        :raises AirflowSkipException: when there is none and this step only clears up.
        """
        try:
            return open_migration(context)
        except DefinitionError:
            if self.clears_up:
                raise AirflowSkipException(
                    "the definition was refused: there is nothing to clear up"
                ) from None
            raise

    def on_kill(self) -> None:
        """End the programs this task runs on the worker. Work in the clusters goes on: the next try finds it by name."""
        end_all_engines()


class ShardOperator(MigrationOperator):
    """Work on one shard of a phase's items.

    :param shard: `{"name", "keys"}`, as `ChooseShardsOperator` gives it; mapped tasks are named after it.
    """

    template_fields = ("shard",)

    def __init__(self, *, shard: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shard = shard


def _task_name(context: Context) -> str:
    instance = context["ti"]
    index = instance.map_index if instance.map_index is not None else -1
    return instance.task_id if index < 0 else f"{instance.task_id} {index}"
