"""IAM: the projects of the account, which is what the SDKs ask for when they know a region only."""

from __future__ import annotations

from typing import Any

from lab.cloud.calls import Answer, Call, Operation, Region


class Iam:
    """IAM's interface."""

    def __init__(self, region: Region) -> None:
        self._account = region.account

    def operations(self) -> list[Operation]:
        """Return the operations."""
        return [
            Operation("iam.keystone_list_projects", "GET", "/v3/projects", self.list_projects),
            Operation(
                "iam.keystone_list_auth_projects", "GET", "/v3/auth/projects", self.list_projects_of_key
            ),
        ]

    def list_projects(self, call: Call) -> Answer:
        """List the projects of that name, or all."""
        wanted = call.first("name")
        found = [self._project(call)] if wanted in {"", self._account.project_name} else []
        ends = {"previous": None, "next": None}
        for one in found:
            one["links"] |= ends
        return Answer({"projects": found, "links": {"self": f"{call.base}/v3/projects"} | ends})

    def list_projects_of_key(self, call: Call) -> Answer:
        """List the projects that the caller's key is for."""
        return Answer({"projects": [self._project(call)], "links": {"self": f"{call.base}/v3/auth/projects"}})

    def _project(self, call: Call) -> dict[str, Any]:
        return {
            "id": self._account.project,
            "name": self._account.project_name,
            "description": "",
            "enabled": True,
            "is_domain": False,
            "domain_id": self._account.domain,
            "parent_id": self._account.domain,
            "links": {"self": f"{call.base}/v3/projects/{self._account.project}"},
        }
