"""Call OMS for one bucket. Its tasks have names of its own choice: ours are known by their descriptions.

Facts: the API reference of OMS v2 (support.huaweicloud.com, api-oms, CreateTask and after).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from include.cloud.cloud import Cloud
from include.errors import CloudError, CloudObjectNotFoundError

WAITING, RUNNING, STOPPED, FAILED, DONE, RETRYING, PAUSING = range(1, 8)
STATUS_WORDS = {
    WAITING: "waiting",
    RUNNING: "running",
    STOPPED: "stopped",
    FAILED: "failed",
    DONE: "done",
    RETRYING: "retrying",
    PAUSING: "pausing",
}
PAGE = 100
# What it answers when a task that is to be stopped does not run (its Terraform provider waits for it).
NOT_RUNNING = "OMS.0066"


class OmsTasks:
    """Order, look at and remove tasks of one project."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def find(self, description: str) -> list[int]:
        """Return the ids of all tasks with a description, oldest first."""
        return sorted(int(one.id) for one in self._all() if one.description == description)

    def create(self, order: dict[str, Any]) -> int:
        """Order a task, which starts by itself; return its id."""
        return int(self.cloud.call("oms", "create_task", body=order).id)

    def show(self, task: int) -> Any:
        """Return OMS' own document of a task."""
        return self.cloud.call("oms", "show_task", task_id=task)

    def start(self, task: int, keys: dict[str, str]) -> None:
        """Start a task again that was stopped: it has forgotten its keys."""
        self.cloud.call("oms", "start_task", is_idempotent=True, task_id=task, body=keys)

    def remove(self, task: int) -> None:
        """Stop a task if it runs, and delete it. Safe to repeat."""
        try:
            if self.show(task).status in {WAITING, RUNNING, RETRYING}:
                self._stop(task)
            self.cloud.call("oms", "delete_task", is_idempotent=True, task_id=task)
        except CloudObjectNotFoundError:
            return

    def _stop(self, task: int) -> None:
        try:
            self.cloud.call("oms", "stop_task", is_idempotent=True, task_id=task)
        except CloudError as error:
            if error.code != NOT_RUNNING:
                raise

    def _all(self) -> Iterator[Any]:
        offset = 0
        while True:
            page = self.cloud.call("oms", "list_tasks", limit=PAGE, offset=offset).tasks or []
            yield from page
            if len(page) < PAGE:
                return
            offset += PAGE
