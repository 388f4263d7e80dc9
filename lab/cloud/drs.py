"""DRS v3: jobs that copy whole databases into instances of RDS, each call about several of them.

The order of calls is the documents' (drs_03_0127): create, test both connections, modify, set the policy, select the
databases, check, start, look, stop, delete.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.cloud.backends.replication import FAILED, Check, End, Replication
from lab.cloud.calls import Answer, Call, Operation, Region, document_in
from lab.cloud.drs_checks import check_order, empty, invalid, wrong_state
from lab.cloud.drs_jobs import CONFIGURATION, CREATE_FAILED, RELEASED, RELEASING, Jobs
from lab.cloud.drs_transfers import Transfers
from lab.cloud.progress import as_time
from lab.cloud.rds_instances import Instances
from lab.cloud.refusals import RefusalError, by_drs

# engine of a job -> type of its servers
ENGINES = {"postgresql": "postgresql"}
_ENDS = {"so": "source", "ta": "target"}
_LARGEST_BATCH = 10
Document = dict[str, Any]


class Drs:
    """DRS's interface; `replications` copy, by the engine of a job."""

    def __init__(self, region: Region, instances: Instances, replications: Mapping[str, Replication]) -> None:
        self._instances = instances
        self._jobs = Jobs(region)
        self._transfers = Transfers(self._jobs, replications)

    def operations(self) -> list[Operation]:
        """Return the operations."""
        top = "/v3/{project_id}/jobs"
        rows: list[tuple[str, str, str, Callable[[Call], Answer], bool]] = [
            ("batch_create_jobs", "POST", "/batch-creation", self.create, True),
            ("show_job_list", "POST", "", self.list_jobs, False),
            ("batch_list_job_status", "POST", "/batch-status", self.states, False),
            ("batch_validate_connections", "POST", "/batch-connection", self.test, False),
            ("batch_update_job", "PUT", "/batch-modification", self.modify, False),
            ("batch_set_policy", "POST", "/batch-sync-policy", self.set_policy, False),
            ("batch_set_objects", "PUT", "/batch-select-objects", self.select, False),
            ("batch_check_jobs", "POST", "/batch-precheck", self.check, False),
            ("batch_check_results", "POST", "/batch-precheck-result", self.check_results, False),
            ("batch_start_jobs", "POST", "/batch-starting", self.start, True),
            ("batch_list_progresses", "POST", "/batch-progress", self.progress, False),
            ("batch_delete_jobs", "DELETE", "/batch-jobs", self.end, False),
        ]
        return [
            Operation(f"drs.{name}", method, f"{top}{path}", run, takes_time)
            for name, method, path, run, takes_time in rows
        ]

    def create(self, call: Call) -> Answer:
        """Order jobs."""

        def create(wanted: Document) -> Document:
            check_order(wanted, ENGINES)
            self._instances.place(document_in(wanted, "target_endpoint")["inst_id"])
            key = self._jobs.create(wanted, call.fate)
            kept = self._jobs.need(key)
            now = as_time(kept["created"], "%Y-%m-%d %H:%M:%S")
            return {"id": key, "name": kept["name"], "status": "CREATING", "create_time": now}

        return _answer([create(wanted) for wanted in _batch(call)], status=202)

    def list_jobs(self, call: Call) -> Answer:
        """List jobs of one use."""
        wanted = call.document()
        if not wanted.get("db_use_type"):
            raise empty("db_use_type")
        asked = ("db_use_type", "engine_type", "net_type", "status")
        found = [self._jobs.document(key, kept) for key, kept in self._jobs.all().items()]
        found = [one for one in found if all(wanted.get(name) in {None, "", one[name]} for name in asked)]
        name = str(wanted.get("name") or "")
        found = [one for one in found if name in one["name"] or name == one["id"]]
        page, size = int(wanted.get("cur_page") or 1), int(wanted.get("per_page") or 10)
        return Answer({"total_record": len(found), "jobs": found[(page - 1) * size : page * size]})

    def states(self, call: Call) -> Answer:
        """Tell the states of jobs; that of one which is not there is an error beside it."""

        def state(key: str) -> Document:
            kept = self._jobs.need(key)
            reason = self._jobs.reason(kept)
            said = {"error_code": "DRS.M01501", "error_message": reason} if reason else {}
            return {"id": key, "status": self._jobs.state(kept), **said}

        return _answer([state(key) for key in _keys(call)])

    def test(self, call: Call) -> Answer:
        """Try to log in at one end of each job."""

        def test(wanted: Document) -> None:
            key, side = wanted.get("id"), _ENDS.get(str(wanted.get("end_point_type")))
            kept = self._jobs.need(key, CONFIGURATION)
            if side is None:
                raise invalid("end_point_type")
            for field in ("net_type", "db_type", "ip", "db_user", "db_password"):
                if not wanted.get(field):
                    raise empty(field)
            problem = self._transfers.of(kept).login_problem(self._end(kept, side, wanted))
            if problem:
                raise by_drs(400, "KE0002", f"The username or password is incorrect. {problem}")
            with self._jobs.change(str(key)) as changed:
                changed["tested"] = sorted({*changed["tested"], side})

        return _each(call, test, "id")

    def _end(self, kept: Document, side: str, wanted: Document) -> End:
        login = str(wanted.get("db_user") or ""), str(wanted.get("db_password") or "")
        if side == "source":
            return End(str(wanted.get("ip") or ""), int(wanted.get("db_port") or 0), *login)
        if wanted.get("inst_id") != kept["instance"]:
            raise by_drs(422, "M05006", "Invalid RDS DB instance.")
        _, address, port = self._instances.place(kept["instance"])
        return End(address, port, *login)

    def modify(self, call: Call) -> Answer:
        """Keep the servers and logins of jobs whose connections were tried."""

        def modify(wanted: Document) -> None:
            kept = self._jobs.need(wanted.get("job_id"), CONFIGURATION)
            if kept["tested"] != sorted(_ENDS.values()):
                raise wrong_state()
            if wanted.get("store_db_info") is not True:
                raise invalid("store_db_info")
            ends = {
                side: self._end(kept, side, document_in(wanted, f"{side}_endpoint"))
                for side in _ENDS.values()
            }
            with self._jobs.change(str(wanted["job_id"])) as changed:
                changed |= {side: vars(end).copy() for side, end in ends.items()}

        return _each(call, modify)

    def set_policy(self, call: Call) -> Answer:
        """Take the policy of synchronizations: for a whole copy it decides nothing."""

        def set_policy(wanted: Document) -> None:
            self._jobs.need(wanted.get("job_id"), CONFIGURATION)
            if wanted.get("conflict_policy", "ignore") not in {"ignore", "overwrite", "stop"}:
                raise invalid("conflict_policy")

        return _each(call, set_policy)

    def select(self, call: Call) -> Answer:
        """Keep which databases are copied: one a job, as of PostgreSQL (drs_04_0107)."""

        def select(wanted: Document) -> Document:
            kept = self._jobs.need(wanted.get("job_id"), CONFIGURATION)
            rows = wanted.get("job") or []
            chosen = [str(row.get("object_name")) for row in rows if row.get("select") == "true"]
            if not kept["source"] or wanted.get("selected") is not True:
                raise wrong_state()
            if len(chosen) != 1 or rows[0].get("object_type") != "database":
                raise invalid("job")
            with self._jobs.change(str(wanted["job_id"])) as changed:
                changed["databases"] = chosen
            return {"job_id": wanted["job_id"], "status": True}

        found = [select(wanted) for wanted in _batch(call)]
        return Answer({"all_counts": len(found), "results": found}, status=202)

    def check(self, call: Call) -> Answer:
        """Look at both servers of jobs before they start."""

        def check(wanted: Document) -> Document:
            key = str(wanted.get("job_id"))
            kept = self._jobs.need(key, CONFIGURATION)
            if not kept["databases"]:
                raise wrong_state()
            if wanted.get("precheck_mode") not in {"forStartJob", "forRetryJob"}:
                raise invalid("precheck_mode")
            source, target = (End(**kept[side]) for side in _ENDS.values())
            found = self._transfers.of(kept).check(source, target, kept["databases"])
            with self._jobs.change(key) as changed:
                changed["checks"] = [vars(one).copy() for one in found]
            return {"id": key, "precheck_id": key, "status": "success"}

        return _answer([check(wanted) for wanted in _batch(call)])

    def check_results(self, call: Call) -> Answer:
        """Tell what was found."""

        def result(key: str) -> Document:
            kept = self._jobs.need(key, CONFIGURATION)
            if kept["checks"] is None:
                raise wrong_state()
            return _checked(key, kept, [Check(**one) for one in kept["checks"]])

        return _answer([result(key) for key in _keys(call)])

    def start(self, call: Call) -> Answer:
        """Start jobs that passed their check."""

        def start(wanted: Document) -> None:
            kept = self._jobs.need(wanted.get("job_id"), CONFIGURATION)
            if kept["checks"] is None or any(one["result"] == FAILED for one in kept["checks"]):
                raise wrong_state()
            with self._jobs.change(str(wanted["job_id"])) as changed:
                changed |= {"started": self._jobs.now(), "start_fate": call.fate}
            if not call.fate:
                self._transfers.begin(str(wanted["job_id"]))

        return _each(call, start, status=202)

    def progress(self, call: Call) -> Answer:
        """Tell how far jobs are."""

        def progress(key: str) -> Document:
            kept = self._jobs.need(key)
            share = f"{self._transfers.share(kept) * 100:.0f}"
            return {
                "job_id": key,
                "progress": share,
                "incre_trans_delay": "-1",
                "task_mode": kept["task_type"],
                "transfer_status": self._jobs.state(kept),
                "process_time": f"{kept['started'] * 1000:.0f}",
                "remaining_time": "0",
                "progress_map": {"data": {"completed": f"{share}%", "remaining_time": None}},
            }

        return _answer([progress(key) for key in _keys(call)], status=202)

    def end(self, call: Call) -> Answer:
        """Stop jobs, or delete those that were stopped or never came about."""

        def end(wanted: Document) -> None:
            key, how = str(wanted.get("job_id")), wanted.get("delete_type")
            if how == "delete":
                self._jobs.need(key, CREATE_FAILED, RELEASED)
                self._jobs.remove(key)
            elif how in {"terminate", "force_terminate"}:
                if self._jobs.state(self._jobs.need(key)) in {RELEASING, RELEASED}:
                    raise wrong_state()
                self._transfers.end(key, is_forced=how == "force_terminate")
            else:
                raise invalid("delete_type")

        return _each(call, end, status=202)


def _batch(call: Call) -> list[Document]:
    jobs = call.document().get("jobs")
    if not isinstance(jobs, list) or not 0 < len(jobs) <= _LARGEST_BATCH:
        raise empty("jobs")
    if not all(isinstance(job, dict) for job in jobs):
        raise by_drs(400, "M00007", "Invalid request parameter.")
    return jobs


def _keys(call: Call) -> list[str]:
    keys = call.document().get("jobs")
    if not isinstance(keys, list) or not keys:
        raise empty("jobs")
    return [str(key) for key in keys]


def _each(call: Call, run: Callable[[Document], None], name: str = "job_id", status: int = 200) -> Answer:
    """Answer for each job by itself: a refusal of one is a failed result, as the documents show for stopping."""
    results = []
    for wanted in _batch(call):
        found: Document = {"id": str(wanted.get(name)), "status": "success"}
        try:
            run(wanted)
        except RefusalError as refusal:
            found |= {"status": "failed", **refusal.body}
        results.append(found)
    if name == "id":
        # only the test of a connection says so a second time
        results = [one | {"success": one["status"] == "success"} for one in results]
    return _answer(results, status)


def _answer(results: list[Document], status: int = 200) -> Answer:
    return Answer({"count": len(results), "results": results}, status=status)


def _checked(key: str, kept: Document, found: list[Check]) -> Document:
    good = [one for one in found if one.result != FAILED]
    return {
        "precheck_id": key,
        "result": len(good) == len(found),
        "process": "100%",
        "total_passed_rate": f"{100 * len(good) // len(found)}%",
        "rds_instance_id": kept["instance"],
        "job_direction": kept["job_direction"],
        "precheck_result": [
            {
                "item": one.item,
                "result": one.result,
                "group": one.group,
                "failed_reason": one.reason,
                "raw_error_msg": one.message,
            }
            for one in found
        ],
    }
