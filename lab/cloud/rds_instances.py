"""The instances of RDS: servers that an order really makes and a deletion really removes.

How many there may be of an engine is how many of its servers are in stock. A server that was made without an order is
an instance, too: it bears the server's name.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from lab.addresses import ZONES
from lab.cloud.backends.database_server import DatabaseServer
from lab.cloud.backends.database_stock import StockedServer
from lab.cloud.calls import Region, document_in
from lab.cloud.progress import as_time
from lab.cloud.rds_jobs import FAILED, RUNNING, Jobs
from lab.cloud.rds_offers import check_order
from lab.cloud.refusals import RefusalError, by_rds

logger = logging.getLogger(__name__)

_KIND = "instances"
# the endings of ids tell the engine
_ENDINGS = {"MySQL": "in01", "PostgreSQL": "in03", "MariaDB": "in14"}
_TIME = "%Y-%m-%dT%H:%M:%S+0000"
_NOWHERE = str(uuid.UUID(int=0))
_NOT_MADE = "The DB instance could not be created."
_NOT_REMOVED = "The DB instance could not be deleted."


class Instances:
    """The instances, each with one of the servers in `stock`, which go by their names."""

    def __init__(self, region: Region, stock: Mapping[str, StockedServer]) -> None:
        self._region = region
        self._stock = stock
        self._jobs = Jobs(region)
        for key, kept in self._known().items():
            # begun by a process that did not live to end it
            if kept["deletion"] and self._jobs.state(kept["deletion"]) == RUNNING:
                self._start(self._remove, key)
            elif kept["password"]:
                self._start(self._make, key)

    def _known(self) -> dict[str, dict[str, Any]]:
        """Return what is kept of each instance; those servers that are there without an order become instances."""
        known = self._region.store.all(_KIND)
        taken = {kept["server"] for kept in known.values()}
        strangers = [name for name, server in self._stock.items() if name not in taken and server.is_there()]
        if not strangers:
            return known
        with self._region.store.change(_KIND) as known:
            for name in strangers:
                engine = self._stock[name].engine
                known.setdefault(_id_of(name, engine), _existing(name, self._region.clock.now()))
            return dict(known)

    def create(self, wanted: dict[str, Any], fate: str, token: str) -> dict[str, Any]:
        """Order an instance; return the answer.

        Raises:
            RefusalError: the order is wrong, or no server of the engine is left.
        """
        known = self._known()
        for key, kept in known.items():
            if token and kept["token"] == token:
                return {"instance": _as_ordered(key, wanted), "job_id": kept["job"]}
        engine = str(document_in(wanted, "datastore").get("type", ""))
        servers = self.servers_of(engine)
        if not servers:
            raise by_rds(400, "200040", "The DB engine or version is not supported.")
        check_order(wanted, engine, servers[0].version)
        if any(kept["name"] == wanted["name"] for kept in known.values()):
            raise by_rds(409, "200022", "The DB instance name already exists.")
        name = self._free(engine, {kept["server"] for kept in known.values()})
        key = uuid.uuid4().hex + _ENDINGS[engine]
        ordered = _ordered(wanted, name, self._region.clock.now(), fate) | {"token": token}
        ordered["job"] = self._open_job("Create", key, ordered, fate)
        with self._region.store.change(_KIND) as changed:
            changed[key] = ordered
        if not fate:
            self._start(self._make, key)
        return {"instance": _as_ordered(key, wanted), "job_id": ordered["job"]}

    def _free(self, engine: str, taken: set[str]) -> str:
        for name, server in self._stock.items():
            if name not in taken and server.engine == engine:
                return name
        raise by_rds(413, "200046", "The number of DB instances has reached the quota.")

    def _open_job(self, what: str, key: str, kept: dict[str, Any], fate: str = "") -> str:
        server = self._stock[kept["server"]]
        entity = {
            "endpoint": f"{server.address}:{server.port}",
            "type": kept["type"],
            "datastore": {"type": server.engine, "version": server.version},
        }
        instance = {"id": key, "name": kept["name"], "entity": entity}
        return self._jobs.open(f"{what}{server.engine}{kept['type']}Instance", instance, fate)

    def _start(self, work: Callable[[str], None], key: str) -> None:
        threading.Thread(target=work, args=(key,), daemon=True).start()

    def _make(self, key: str) -> None:
        kept = self._region.store.all(_KIND)[key]
        failure = ""
        try:
            self._stock[kept["server"]].make(kept["password"])
        except Exception:
            logger.exception("the server of instance %s does not come up", kept["name"])
            failure = _NOT_MADE
        self._jobs.end(kept["job"], failure)
        with self._region.store.change(_KIND) as known:
            known[key]["password"] = ""

    def delete(self, key: str) -> str:
        """Order the end of an instance; return the job.

        Raises:
            RefusalError: there is no such instance, or it is being made or removed.
        """
        kept = self._need(key)
        if self._is_busy(kept):
            raise _busy()
        job = self._open_job("Delete", key, kept)
        with self._region.store.change(_KIND) as known:
            known[key]["deletion"] = job
        self._start(self._remove, key)
        return job

    def _is_busy(self, kept: dict[str, Any]) -> bool:
        removing = kept["deletion"] and self._jobs.state(kept["deletion"]) == RUNNING
        # nothing is being made of one that is never to arrive: it may be removed
        making = kept["password"] and self._jobs.state(kept["job"]) == RUNNING
        return bool(removing or making)

    def _remove(self, key: str) -> None:
        kept = self._region.store.all(_KIND)[key]
        try:
            self._stock[kept["server"]].remove()
        except Exception:
            logger.exception("the server of instance %s cannot be removed", kept["name"])
            self._jobs.end(kept["deletion"], _NOT_REMOVED)
            return
        with self._region.store.change(_KIND) as known:
            known.pop(key)
        self._jobs.end(kept["deletion"])

    def count(self) -> tuple[int, int]:
        """Return how many instances there are, and may be."""
        return len(self._known()), len(self._stock)

    def servers_of(self, engine: str) -> list[StockedServer]:
        """Return the servers of an engine, given away or not."""
        return [server for server in self._stock.values() if server.engine.lower() == engine.lower()]

    def server(self, instance: str) -> DatabaseServer:
        """Return the session of an instance's administrator.

        Raises:
            RefusalError: there is no such instance, or it is not ready.
        """
        kept = self._need(instance)
        if self._state(kept) != "ACTIVE":
            raise _busy()
        return self._stock[kept["server"]].open()

    def place(self, instance: str) -> tuple[str, str, int]:
        """Return the engine, the address and the port of an instance.

        Raises:
            RefusalError: there is no such instance, or it is not ready.
        """
        kept = self._need(instance)
        if self._state(kept) != "ACTIVE":
            raise _busy()
        server = self._stock[kept["server"]]
        return server.engine, server.address, server.port

    def _need(self, instance: str) -> dict[str, Any]:
        kept = self._known().get(instance)
        if kept is None:
            raise by_rds(404, "200045", "The DB instance does not exist.")
        return kept

    def _state(self, kept: dict[str, Any]) -> str:
        if not kept["job"]:
            return "ACTIVE"
        return {RUNNING: "BUILD", FAILED: "FAILED"}.get(self._jobs.state(kept["job"]), "ACTIVE")

    def tags(self, instance: str) -> dict[str, str]:
        """Return the tags of an instance.

        Raises:
            RefusalError: there is no such instance.
        """
        return dict(self._need(instance)["tags"])

    def change_tags(self, instance: str, added: dict[str, str], removed: set[str]) -> None:
        """Change the tags of an instance.

        Raises:
            RefusalError: there is no such instance.
        """
        self._need(instance)
        with self._region.store.change(_KIND) as known:
            tags = known[instance]["tags"] | added
            known[instance]["tags"] = {key: value for key, value in tags.items() if key not in removed}

    def all_tags(self) -> dict[str, list[str]]:
        """Return the tags of all instances: key -> values."""
        found: dict[str, set[str]] = {}
        for kept in self._known().values():
            for key, value in kept["tags"].items():
                found.setdefault(key, set()).add(value)
        return {key: sorted(values) for key, values in sorted(found.items())}

    def documents(self) -> list[dict[str, Any]]:
        """Return all instances as they are listed."""
        return [self._document(key, kept) for key, kept in self._known().items()]

    def _document(self, key: str, kept: dict[str, Any]) -> dict[str, Any]:
        server, state = self._stock[kept["server"]], self._state(kept)
        is_ready = state == "ACTIVE"
        return {
            "id": key,
            "name": kept["name"],
            "status": state,
            "type": kept["type"],
            "port": server.port,
            "private_ips": [server.address] if is_ready else [],
            "public_ips": [],
            "private_dns_names": [],
            "public_dns_names": [],
            "enable_ssl": False,
            "created": as_time(kept["created"], _TIME),
            "updated": as_time(kept["created"], _TIME),
            "db_user_name": server.user,
            "switch_strategy": "",
            "maintenance_window": "02:00-06:00",
            "nodes": [_node(key, kept, state)],
            "related_instance": [],
            "datastore": {"type": server.engine, "version": server.version},
            "backup_strategy": {"start_time": "19:00-20:00", "keep_days": 7},
            "enterprise_project_id": "0",
            "disk_encryption_id": "",
            "charge_info": {"charge_mode": "postPaid"},
            "time_zone": "UTC",
            "tags": [{"key": name, "value": value} for name, value in kept["tags"].items()],
            "region": self._region.account.region,
            **{
                name: kept[name]
                for name in ("flavor_ref", "volume", "vpc_id", "subnet_id", "security_group_id")
            },
        }

    def job(self, identity: str) -> dict[str, Any] | None:
        """Return the job of an order, or None if there is none."""
        return self._jobs.document(identity)


def _busy() -> RefusalError:
    return by_rds(
        409,
        "200019",
        "Another operation is being performed on the DB instance or the DB instance is faulty.",
    )


def _id_of(name: str, engine: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_DNS, name).hex + _ENDINGS[engine]


def _existing(server: str, now: float) -> dict[str, Any]:
    return {
        "server": server,
        "name": server,
        "created": now,
        "job": "",
        "deletion": "",
        "token": "",
        # only until the server has it
        "password": "",
        "tags": {},
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
            "password": "" if fate else wanted["password"],
            "tags": {tag["key"]: tag.get("value", "") for tag in wanted.get("tags", [])},
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
