"""The instances of RDS: the servers that are there, and orders for those that are to spare.

An order gives one of the spare servers away: its administrator really gets the password. Without one to spare the
quota is used up. Nothing is made up.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from lab.cloud.backends.database_server import DatabaseServer
from lab.cloud.calls import Region, document_in
from lab.cloud.progress import as_time, state_of
from lab.cloud.rds_offers import ZONES, check_order
from lab.cloud.refusals import by_rds

_SECONDS = 120
_STATES = (("BUILD", _SECONDS), ("ACTIVE", 0))
_JOB = (("Running", _SECONDS), ("Completed", 0))
_KIND = "instances"
# the endings of ids tell the engine
_ENDINGS = {"MySQL": "in01", "PostgreSQL": "in03", "MariaDB": "in14"}
_TIME = "%Y-%m-%dT%H:%M:%S+0000"
_NOWHERE = str(uuid.UUID(int=0))


class Instances:
    """The servers by their names; those in `spare` wait for an order."""

    def __init__(
        self, region: Region, servers: Mapping[str, DatabaseServer], spare: tuple[str, ...] = ()
    ) -> None:
        self._region = region
        self._servers = servers
        self._spare = spare
        with region.store.change(_KIND) as known:
            for name in servers:
                if name not in spare:
                    kept = _existing(name, region.clock.now())
                    known.setdefault(_id_of(name, servers[name].engine), kept)
        for kept in region.store.all(_KIND).values():
            if kept["password"]:
                servers[kept["server"]].know_password(kept["password"])

    def create(self, wanted: dict[str, Any], fate: str, token: str) -> dict[str, Any]:
        """Order an instance; return the answer.

        Raises:
            RefusalError: the order is wrong, or no server of the engine is to spare.
        """
        for key, kept in self._region.store.all(_KIND).items():
            if token and kept["token"] == token:
                return {"instance": _as_ordered(key, wanted), "job_id": kept["job"]}
        engine = str(document_in(wanted, "datastore").get("type", ""))
        servers = self.servers_of(engine)
        if not servers:
            raise by_rds(400, "200040", "The DB engine or version is not supported.")
        check_order(wanted, engine, servers[0].version())
        with self._region.store.change(_KIND) as known:
            if any(kept["name"] == wanted["name"] for kept in known.values()):
                raise by_rds(409, "200022", "The DB instance name already exists.")
            name = self._free(engine, {kept["server"] for kept in known.values()})
            if not fate:
                self._servers[name].set_password(wanted["password"])
            key = uuid.uuid4().hex + _ENDINGS[engine]
            job = str(uuid.uuid4())
            known[key] = _ordered(wanted, name, self._region.clock.now(), fate) | {"job": job, "token": token}
        return {"instance": _as_ordered(key, wanted), "job_id": job}

    def _free(self, engine: str, taken: set[str]) -> str:
        for name in self._spare:
            if name not in taken and self._servers[name].engine == engine:
                return name
        raise by_rds(413, "200046", "The number of DB instances has reached the quota.")

    def count(self) -> tuple[int, int]:
        """Return how many instances there are, and may be."""
        return len(self._region.store.all(_KIND)), len(self._servers)

    def servers_of(self, engine: str) -> list[DatabaseServer]:
        """Return the servers of an engine, given away or not."""
        return [server for server in self._servers.values() if server.engine.lower() == engine.lower()]

    def server(self, instance: str) -> DatabaseServer:
        """Return the server of an instance.

        Raises:
            RefusalError: there is no such instance, or it is not ready.
        """
        kept = self._region.store.all(_KIND).get(instance)
        if kept is None:
            raise by_rds(404, "200045", "The DB instance does not exist.")
        if self._state(kept) != "ACTIVE":
            raise by_rds(
                409,
                "200019",
                "Another operation is being performed on the DB instance or the DB instance is faulty.",
            )
        return self._servers[kept["server"]]

    def _state(self, kept: dict[str, Any]) -> str:
        if not kept["job"]:
            return "ACTIVE"
        return state_of(_STATES, self._region.clock.now() - kept["created"], kept["fate"], failed="FAILED")

    def documents(self) -> list[dict[str, Any]]:
        """Return all instances as they are listed."""
        return [self._document(key, kept) for key, kept in self._region.store.all(_KIND).items()]

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        server, state = self._servers[kept["server"]], self._state(kept)
        is_ready = state == "ACTIVE"
        return {
            "id": key,
            "name": kept["name"],
            "status": state,
            "type": kept["type"],
            "port": server.place.port,
            "private_ips": [server.place.address] if is_ready else [],
            "public_ips": [],
            "private_dns_names": [],
            "public_dns_names": [],
            "enable_ssl": False,
            "created": as_time(kept["created"], _TIME),
            "updated": as_time(kept["created"], _TIME),
            "db_user_name": server.place.user,
            "switch_strategy": "",
            "maintenance_window": "02:00-06:00",
            "nodes": [_node(key, kept, state)],
            "related_instance": [],
            "datastore": {"type": server.engine, "version": server.version()},
            "backup_strategy": {"start_time": "19:00-20:00", "keep_days": 7},
            "enterprise_project_id": "0",
            "disk_encryption_id": "",
            "charge_info": {"charge_mode": "postPaid"},
            "time_zone": "UTC",
            "tags": [],
            "region": self._region.account.region,
            **{
                name: kept[name]
                for name in ("flavor_ref", "volume", "vpc_id", "subnet_id", "security_group_id")
            },
        }

    def job(self, identity: str) -> dict[str, Any] | None:
        """Return the job of an order, or None if there is none."""
        for key, kept in self._region.store.all(_KIND).items():
            if kept["job"] and kept["job"] == identity:
                return self._job(key, kept)
        return None

    def _job(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        age = self._region.clock.now() - kept["created"]
        server = self._servers[kept["server"]]
        state = state_of(_JOB, age, kept["fate"], failed="Failed")
        found = {
            "id": kept["job"],
            "name": f"Create{server.engine}{kept['type']}Instance",
            "status": state,
            "created": as_time(kept["created"], _TIME),
            "process": "" if state != "Running" else f"{min(99, int(age / _SECONDS * 100))}%",
            "instance": {"id": key, "name": kept["name"]},
            "entities": {
                "instance": {
                    "endpoint": f"{server.place.address}:{server.place.port}",
                    "type": kept["type"],
                    "datastore": {"type": server.engine, "version": server.version()},
                }
            },
        }
        if state != "Running":
            found["ended"] = as_time(kept["created"] + _SECONDS, _TIME)
        if state == "Failed":
            found["fail_reason"] = "The DB instance could not be created."
        return found


def _id_of(name: str, engine: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_DNS, name).hex + _ENDINGS[engine]


def _existing(server: str, now: float) -> dict[str, Any]:
    return {
        "server": server,
        "name": server,
        "created": now,
        "fate": "",
        "job": "",
        "token": "",
        "password": "",
        "type": "Single",
        "flavor_ref": "",
        "volume": {"type": "CLOUDSSD", "size": 40},
        "vpc_id": _NOWHERE,
        "subnet_id": _NOWHERE,
        "security_group_id": _NOWHERE,
        "zone": ZONES[0],
    }


def _ordered(wanted: dict[str, Any], server: str, now: float, fate: str) -> dict[str, Any]:
    copied = ("name", "flavor_ref", "volume", "vpc_id", "subnet_id", "security_group_id")
    return (
        _existing(server, now)
        | {name: wanted[name] for name in copied}
        | {
            "fate": fate,
            "password": "" if fate else wanted["password"],
            "type": "Ha" if wanted.get("ha") else "Single",
            "zone": wanted["availability_zone"].split(",")[0],
        }
    )


def _as_ordered(key: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return an order as it is answered: what was sent, but for the password, with an id and the first state."""
    known = (
        "name",
        "datastore",
        "ha",
        "configuration_id",
        "port",
        "backup_strategy",
        "enterprise_project_id",
        "flavor_ref",
        "volume",
        "region",
        "availability_zone",
        "vpc_id",
        "subnet_id",
        "security_group_id",
        "charge_info",
    )
    return {"id": key, "status": "BUILD", **{name: wanted[name] for name in known if name in wanted}}


def _node(key: str, kept: dict[str, Any], state: str) -> dict[str, Any]:
    return {
        "id": key.replace("in", "no"),
        "name": f"{kept['name']}_node0",
        "role": "master",
        "status": state,
        "availability_zone": kept["zone"],
    }
