"""OMS v2: tasks that copy a bucket of another cloud into one of OBS."""

from __future__ import annotations

from collections.abc import Mapping

from lab.cloud.backends.object_store import ObjectStore
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.oms_checks import check_order, invalid
from lab.cloud.oms_tasks import DONE, RUNNING, WAITING, Tasks
from lab.cloud.oms_transfers import Transfers
from lab.cloud.refusals import by_oms

_LARGEST_PAGE = 100


class Oms:
    """OMS's interface; `stores` are the object storages that it reaches, by their cloud and region."""

    def __init__(self, region: Region, stores: Mapping[tuple[str, str], ObjectStore]) -> None:
        self._region = region
        self._stores = stores
        self._tasks = Tasks(region)
        self._transfers = Transfers(self._tasks, stores)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        tasks = "/v2/{project_id}/tasks"
        one = f"{tasks}/{{task_id}}"
        return [
            Operation("oms.create_task", "POST", tasks, self.create, takes_time=True),
            Operation("oms.list_tasks", "GET", tasks, self.list_tasks),
            Operation("oms.show_task", "GET", one, self.show),
            Operation("oms.delete_task", "DELETE", one, self.delete),
            Operation("oms.start_task", "POST", f"{one}/start", self.start),
            Operation("oms.stop_task", "POST", f"{one}/stop", self.stop),
        ]

    def create(self, call: Call) -> Answer:
        """Order a task, which starts by itself."""
        wanted = call.document()
        check_order(wanted, self._region.account.region, set(self._stores))
        key = self._tasks.create(wanted, call.fate)
        self._transfers.schedule()
        name = self._tasks.document(key, self._tasks.need(key))["name"]
        return Answer({"id": int(key), "task_name": name})

    def list_tasks(self, call: Call) -> Answer:
        """List tasks, by status and name."""
        limit, offset = call.number("limit", 10), call.number("offset", 0)
        if limit is None or offset is None or not 0 < limit <= _LARGEST_PAGE:
            raise invalid("limit")
        status, name = call.first("status"), call.first("task_name")
        found = [self._tasks.document(key, kept) for key, kept in self._tasks.all().items()]
        found = [one for one in found if status in {"", str(one["status"])} and name in one["name"]]
        return Answer({"tasks": found[offset : offset + limit], "count": len(found)})

    def show(self, call: Call) -> Answer:
        """Show a task."""
        return Answer(self._tasks.document(call["task_id"], self._tasks.need(call["task_id"])))

    def delete(self, call: Call) -> Answer:
        """Forget a task that does not run; the code of the refusal of one that does is not confirmed."""
        kept = self._tasks.need(call["task_id"])
        if self._tasks.status(kept) in {WAITING, RUNNING}:
            raise by_oms(400, "0067", "The task is running and cannot be deleted.")
        self._tasks.remove(call["task_id"])
        return Answer({})

    def start(self, call: Call) -> Answer:
        """Start a task again that was stopped or has failed: it has to be given its keys anew."""
        key, wanted = call["task_id"], call.document()
        kept = self._tasks.need(key)
        if self._tasks.status(kept) in {WAITING, RUNNING, DONE}:
            raise by_oms(400, "0066", "The task status does not allow this operation.")
        names = ("src_ak", "src_sk", "dst_ak", "dst_sk")
        for name in names:
            if not wanted.get(name):
                raise invalid(name)
        with self._tasks.change(key) as changed:
            keys = [wanted[name] for name in names]
            changed |= {
                "keys": keys,
                "status": WAITING,
                "fate": "",
                "error": [],
                "started": self._region.clock.now(),
            }
        self._transfers.schedule()
        return Answer({})

    def stop(self, call: Call) -> Answer:
        """Stop a task that runs; one that does not is refused (`OMS.0066`, seen in its Terraform provider)."""
        kept = self._tasks.need(call["task_id"])
        if self._tasks.status(kept) not in {WAITING, RUNNING}:
            raise by_oms(400, "0066", "The task status does not allow this operation.")
        self._transfers.stop(call["task_id"])
        return Answer({})
