"""RDS v3: instances, each a real database server; databases, users and rights are made in it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from lab.cloud.backends.database_server import ExistsError, Grant, MissingError
from lab.cloud.backends.database_stock import StockedServer
from lab.cloud.calls import Answer, Call, Operation, Region
from lab.cloud.rds_instances import Instances
from lab.cloud.rds_offers import flavors, storage_types
from lab.cloud.refusals import RefusalError, by_rds

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}")
_DONE = {"resp": "successful"}
_LARGEST_PAGE = 100


class Rds:
    """RDS's interface."""

    def __init__(self, region: Region, instances: Instances) -> None:
        self._region = region
        self._instances = instances

    def operations(self) -> list[Operation]:
        """Return the operations."""
        top = "/v3/{project_id}"
        one = f"{top}/instances/{{instance_id}}"
        return [
            Operation(
                "rds.create_instance", "POST", f"{top}/instances", self.create_instance, takes_time=True
            ),
            Operation("rds.list_instances", "GET", f"{top}/instances", self.list_instances),
            Operation("rds.delete_instance", "DELETE", one, self.delete_instance),
            Operation("rds.list_instance_tags", "GET", f"{one}/tags", self.list_tags),
            # the SDK has a method of its own for removing them: batch_tag_del_action
            Operation("rds.batch_tag_add_action", "POST", f"{one}/tags/action", self.change_tags),
            Operation("rds.list_project_tags", "GET", f"{top}/tags", self.list_all_tags),
            Operation("rds.list_job_info", "GET", f"{top}/jobs", self.show_job),
            Operation("rds.list_flavors", "GET", f"{top}/flavors/{{database_name}}", self.list_flavors),
            Operation(
                "rds.list_datastores", "GET", f"{top}/datastores/{{database_name}}", self.list_versions
            ),
            Operation(
                "rds.list_storage_types", "GET", f"{top}/storage-type/{{database_name}}", self.list_storage
            ),
            Operation("rds.show_quotas", "GET", f"{top}/quotas", self.show_quotas),
            Operation("rds.create_database", "POST", f"{one}/database", self.create_database),
            Operation("rds.list_databases", "GET", f"{one}/database/detail", self.list_databases),
            Operation("rds.delete_database", "DELETE", f"{one}/database/{{db_name}}", self.drop_database),
            Operation("rds.create_db_user", "POST", f"{one}/db_user", self.create_user),
            Operation("rds.list_db_users", "GET", f"{one}/db_user/detail", self.list_users),
            Operation("rds.delete_db_user", "DELETE", f"{one}/db_user/{{user_name}}", self.drop_user),
            Operation("rds.allow_db_privilege", "POST", f"{one}/db_privilege", self.grant),
        ]

    def create_instance(self, call: Call) -> Answer:
        """Order an instance; who orders again by the same token gets the first answer again."""
        return Answer(self._instances.create(call.document(), call.fate, call.token), status=202)

    def list_instances(self, call: Call) -> Answer:
        """List instances."""
        asked = {"id": "id", "name": "name", "type": "type", "vpc_id": "vpc_id", "subnet_id": "subnet_id"}
        engine = call.first("datastore_type")
        found = [
            one
            for one in self._instances.documents()
            if all(call.first(query, one[key]) == one[key] for query, key in asked.items())
            and engine in {"", one["datastore"]["type"]}
        ]
        limit, offset = call.number("limit", 100), call.number("offset", 0)
        if limit is None or offset is None or not 0 < limit <= _LARGEST_PAGE:
            raise _invalid()
        return Answer({"instances": found[offset : offset + limit], "total_count": len(found)})

    def delete_instance(self, call: Call) -> Answer:
        """Order the end of an instance."""
        return Answer({"job_id": self._instances.delete(call["instance_id"])}, status=202)

    def list_tags(self, call: Call) -> Answer:
        """List the tags of an instance."""
        found = self._instances.tags(call["instance_id"])
        return Answer({
            "tags": [{"key": key, "value": value, "tag_type": "user"} for key, value in found.items()]
        })

    def change_tags(self, call: Call) -> Answer:
        """Add tags to an instance, or remove some."""
        wanted = call.document()
        action, tags = wanted.get("action"), _read_tags(wanted.get("tags"))
        if action == "create":
            self._instances.change_tags(call["instance_id"], tags, set())
        elif action == "delete":
            self._instances.change_tags(call["instance_id"], {}, set(tags))
        else:
            raise _invalid()
        return Answer(status=204)

    def list_all_tags(self, call: Call) -> Answer:
        """List the tags of all instances."""
        found = self._instances.all_tags()
        return Answer({"tags": [{"key": key, "values": values} for key, values in found.items()]})

    def show_job(self, call: Call) -> Answer:
        """Show how far an order is."""
        job = self._instances.job(call.first("id"))
        if job is None:
            raise by_rds(400, "200543", "The job does not exist.")
        return Answer({"job": job})

    def _servers_of(self, call: Call) -> list[StockedServer]:
        found = self._instances.servers_of(call["database_name"])
        if not found:
            raise by_rds(400, "200042", "The DB engine does not exist.")
        return found

    def list_flavors(self, call: Call) -> Answer:
        """List the flavors of an engine."""
        server = self._servers_of(call)[0]
        found = flavors(server.engine, server.version)
        code, version = call.first("spec_code"), call.first("version_name")
        return Answer({
            "flavors": [
                one
                for one in found
                if code in one["spec_code"] and (not version or version in one["version_name"])
            ]
        })

    def list_versions(self, call: Call) -> Answer:
        """List the versions of an engine."""
        versions = sorted({server.version for server in self._servers_of(call)})
        return Answer({
            "dataStores": [
                {
                    "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{call['database_name']} {version}")),
                    "name": version,
                }
                for version in versions
            ]
        })

    def list_storage(self, call: Call) -> Answer:
        """List the types of storage for an engine."""
        versions = {server.version for server in self._servers_of(call)}
        if call.first("version_name") not in versions:
            raise by_rds(400, "200041", "Invalid database version.")
        return Answer({"storage_type": storage_types(), "dsspool_info": []})

    def show_quotas(self, call: Call) -> Answer:
        """Tell how many instances there may be."""
        used, quota = self._instances.count()
        return Answer({"quotas": {"resources": [{"type": "instance", "quota": quota, "used": used}]}})

    def create_database(self, call: Call) -> Answer:
        """Make a database."""
        wanted = call.document()
        _check_name(wanted.get("name"))
        server = self._instances.server(call["instance_id"])
        if server.engine != "PostgreSQL" and not wanted.get("character_set"):
            raise _invalid()
        return _done(lambda: server.create_database(wanted))

    def list_databases(self, call: Call) -> Answer:
        """List databases."""
        found = self._instances.server(call["instance_id"]).databases()
        return Answer({"databases": _page(call, found), "total_count": len(found)})

    def drop_database(self, call: Call) -> Answer:
        """Remove a database."""
        server = self._instances.server(call["instance_id"])
        return _done(lambda: server.drop_database(call["db_name"]))

    def create_user(self, call: Call) -> Answer:
        """Make a user."""
        wanted = call.document()
        _check_name(wanted.get("name"))
        if not 8 <= len(str(wanted.get("password", ""))) <= 32:
            raise _invalid()
        server = self._instances.server(call["instance_id"])
        return _done(lambda: server.create_user(wanted["name"], wanted["password"]))

    def list_users(self, call: Call) -> Answer:
        """List users."""
        found = self._instances.server(call["instance_id"]).users()
        return Answer({"users": _page(call, found), "total_count": len(found)})

    def drop_user(self, call: Call) -> Answer:
        """Remove a user."""
        server = self._instances.server(call["instance_id"])
        return _done(lambda: server.drop_user(call["user_name"]))

    def grant(self, call: Call) -> Answer:
        """Let users use a database."""
        server = self._instances.server(call["instance_id"])
        users = call.document().get("users")
        if not isinstance(users, list) or not all(isinstance(user, dict) for user in users):
            raise _invalid()
        wanted = [_read_grant(call, user) for user in users]
        if not wanted or (server.engine == "PostgreSQL" and not all(grant.schema for grant in wanted)):
            raise _invalid()
        for grant in wanted:
            _done(partial(server.grant, grant))
        return Answer(_DONE)


def _read_grant(call: Call, user: dict[str, Any]) -> Grant:
    database, name = call.document().get("db_name"), user.get("name")
    _check_name(database)
    _check_name(name)
    return Grant(str(database), str(name), bool(user.get("readonly")), str(user.get("schema_name") or ""))


def _read_tags(tags: object) -> dict[str, str]:
    if not isinstance(tags, list) or not all(isinstance(tag, dict) and tag.get("key") for tag in tags):
        raise _invalid()
    return {tag["key"]: tag.get("value") or "" for tag in tags}


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _invalid()


def _done(run: Callable[[], None]) -> Answer:
    try:
        run()
    except ExistsError:
        raise by_rds(409, "201201", "The object already exists.") from None
    except MissingError:
        raise by_rds(400, "280128", "The database name does not exist.") from None
    return Answer(_DONE)


def _page(call: Call, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    page, limit = call.number("page", 1), call.number("limit", 100)
    if page is None or limit is None or page < 1 or not 0 < limit <= _LARGEST_PAGE:
        raise _invalid()
    return found[(page - 1) * limit : page * limit]


def _invalid() -> RefusalError:
    return by_rds(400, "200001", "Parameter error.")
