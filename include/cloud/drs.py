"""Call DRS, whose operations are about several jobs: one each here, and its refusal of one is an error like any other.

Facts: the API reference of DRS v3 (docs.otc.t-systems.com, drs_03_0101 and after), which both clouds have.
"""

from __future__ import annotations

import json
from typing import Any

from include.cloud.answers import Asked, refusal_error
from include.cloud.clients import Refusal
from include.cloud.cloud import Cloud

SYNCHRONIZATION = "sync"
PAGE = 100
# What the codes of single results mean as an answer of their own (drs_05_0004).
STATUSES = {
    "DRS.M00277": 409,
    "DRS.M00304": 409,
    "DRS.M01503": 429,
    "DRS.M01504": 409,
    "DRS.M05003": 404,
    "DRS.M05004": 404,
}


class DrsJobs:
    """Order, configure and look at jobs of one project."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def find(self, name: str) -> str | None:
        """Return the id of the synchronization of a name, or None."""
        wanted = {"db_use_type": SYNCHRONIZATION, "name": name, "cur_page": 1, "per_page": PAGE}
        listed = self.cloud.call("drs", "show_job_list", body=wanted).jobs or []
        # The filter finds parts of names as well, and DRS tells names apart without their case.
        return next((str(one.id) for one in listed if one.name.lower() == name.lower()), None)

    def create(self, order: dict[str, Any]) -> str:
        """Order a job and return its id.

        :raises CloudConflictError: when there is one of this name.
        """
        return str(self._one("batch_create_jobs", order).id)

    def state(self, job: str) -> tuple[str, str]:
        """Return the state of a job, and DRS' own words for what is wrong with it."""
        found = self._one("batch_list_job_status", job, is_read=True)
        said = filter(None, (found.error_code, found.error_message))
        return str(found.status), " ".join(str(one) for one in said)

    def connection_problem(self, endpoint: dict[str, Any]) -> str:
        """Return why a job does not reach a server, in DRS' own words; nothing when it does."""
        found = self._one("batch_validate_connections", endpoint, is_read=True)
        if found.status == "success":
            return ""
        return " ".join(str(one) for one in (found.error_code, found.error_msg) if one) or "failed"

    def modify(self, change: dict[str, Any]) -> None:
        """Give a job its servers and logins."""
        self._one("batch_update_job", change, is_idempotent=True)

    def set_policy(self, policy: dict[str, Any]) -> None:
        """Say what happens at conflicts, and to indexes."""
        self._one("batch_set_policy", policy, is_idempotent=True)

    def select(self, job: str, database: str) -> None:
        """Say which database is copied, whole."""
        chosen = {"id": database, "object_type": "database", "object_name": database, "select": "true"}
        wanted = {"job_id": job, "selected": True, "job": [chosen]}
        self._one("batch_set_objects", wanted, is_idempotent=True)

    def check(self, job: str) -> None:
        """Begin the check before the start."""
        self._one("batch_check_jobs", {"job_id": job, "precheck_mode": "forStartJob"}, is_idempotent=True)

    def check_result(self, job: str) -> Any:
        """Return how far the check is, and what it has found."""
        return self._one("batch_check_results", job, is_read=True)

    def start(self, job: str) -> None:
        """Start the transfer."""
        self._one("batch_start_jobs", {"job_id": job})

    def progress(self, job: str) -> Any:
        """Return how far the transfer is."""
        return self._one("batch_list_progresses", job, is_read=True)

    def end(self, job: str, how: str) -> None:
        """Stop a job (`terminate`, `force_terminate`) or remove one that is stopped (`delete`).

        :raises CloudConflictError: when its state forbids that.
        """
        self._one("batch_delete_jobs", {"job_id": job, "delete_type": how}, is_idempotent=True)

    def _one(
        self,
        operation: str,
        wanted: str | dict[str, Any],
        *,
        is_read: bool = False,
        is_idempotent: bool = False,
    ) -> Any:
        """Return the only result of an operation about one job; of a read also one that tells of a failure."""
        body = {"jobs": [wanted]}
        answer = self.cloud.call("drs", operation, is_idempotent=is_read or is_idempotent, body=body)
        found = answer.results[0]
        if not is_read and getattr(found, "error_code", None):
            text = json.dumps({"error_code": found.error_code, "error_msg": found.error_msg})
            refusal = Refusal(STATUSES.get(str(found.error_code), 400), {}, text)
            raise refusal_error(refusal, Asked("drs", operation, self.cloud.access.place))
        return found
