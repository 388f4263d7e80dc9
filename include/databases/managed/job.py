"""Describe the job of DRS that fills one database: its name, where it runs, and what its requests say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from include.cloud import Cloud
from include.cloud.drs import SYNCHRONIZATION, DrsJobs
from include.cloud.instances import find_instance
from include.errors import PermanentError, TargetServerMissingError
from include.labels import OWNER

if TYPE_CHECKING:
    from include.connections import DatabaseAccess
    from include.databases.jobs import DatabaseJob
    from include.definition import Database
    from include.definition.managed import DrsTransfer

ENGINES: Mapping[str, str] = {"postgresql": "postgresql"}
NAME_CHARACTERS, TAG_CHARACTERS = 28, 43
WHOLE = "FULL_TRANS"


@dataclass(frozen=True)
class TransferJob:
    """Bind a database to the job that fills it. It is found by its name, in whatever run it was ordered."""

    database_job: DatabaseJob
    drs: DrsJobs = field(repr=False)
    settings: DrsTransfer
    instance: str

    kind: ClassVar[str] = "DRS job"
    removal: ClassVar[str] = "the console of DRS (stop it first)"

    @property
    def database(self) -> Database:
        """Return the entry of the definition."""
        return self.database_job.database

    @property
    def key(self) -> str:
        """Return the key of its order in the ledger."""
        return f"drs/{self.database.name}"

    @cached_property
    def name(self) -> str:
        """Return the name, 4 to 50 of letters, digits and `-`: the same for the same migration, database and instance."""
        whole = f"{self.database_job.run.definition.name}\n{self.database.name}\n{self.instance}"
        digest = hashlib.sha256(whole.encode()).hexdigest()[:10]
        return f"cce-{self.database.name[:NAME_CHARACTERS].strip('-')}-{digest}"

    @property
    def place(self) -> str:
        """Return the connection, the cloud and the region."""
        return self.drs.cloud.access.place

    @property
    def label(self) -> str:
        """Name the job in messages."""
        return f"{self.database_job.label}: {self.kind} {self.name} ({self.place})"

    @property
    def longest_seconds(self) -> float:
        """Return how long the transfer may take."""
        return self.settings.longest_hours * 3600

    def order(self) -> dict[str, Any]:
        """Return what is ordered."""
        kind = ENGINES[self.database.engine]
        return {
            **self._mode(),
            "name": self.name,
            "db_use_type": SYNCHRONIZATION,
            "job_direction": "up",
            "bind_eip": self.settings.network == "eip",
            "customize_sutnet_id": self.settings.subnet,
            "task_type": WHOLE,
            "source_endpoint": {"db_type": kind},
            "target_endpoint": {"db_type": kind, **self._place_of_target()},
            "description": f"{OWNER} {self.database_job.run.definition.name}",
            "tags": [{"key": OWNER, "value": self.database_job.run.definition.name[:TAG_CHARACTERS]}],
        }

    def tests(self, identity: str) -> dict[str, dict[str, Any]]:
        """Return the tests of both connections: what they are about, and the request."""
        shared = {"id": identity, "net_type": self.settings.network}
        source, target = self.ends()
        return {
            f"source {source['ip']}:{source['db_port']}": {**shared, **source, "end_point_type": "so"},
            f"target instance {self.instance}": {**shared, **target, "end_point_type": "ta"},
        }

    def modification(self, identity: str) -> dict[str, Any]:
        """Return what is kept of both servers, by the documents' order after the tests."""
        source, target = self.ends()
        return {
            **self._mode(),
            "job_id": identity,
            "name": self.name,
            "task_type": WHOLE,
            "store_db_info": True,
            "source_endpoint": source,
            "target_endpoint": target,
        }

    def ends(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return both servers with their logins: they go into bodies of requests, and nowhere else."""
        engine = self.database_job.engine
        source = {**self._login(engine.source), "ip": self.settings.source_host or engine.source.host}
        return source, {**self._login(engine.target), "ip": engine.target.host, **self._place_of_target()}

    def _mode(self) -> dict[str, Any]:
        return {
            "engine_type": ENGINES[self.database.engine],
            "net_type": self.settings.network,
            "node_type": self.settings.node,
        }

    def _login(self, access: DatabaseAccess) -> dict[str, Any]:
        return {
            "db_type": ENGINES[access.engine],
            "db_port": access.port,
            "db_user": access.user,
            "db_password": access.password,
            "project_id": self.drs.cloud.access.project_id,
        }

    def _place_of_target(self) -> dict[str, Any]:
        access = self.drs.cloud.access
        return {"region": access.region, "project_id": access.project_id, "inst_id": self.instance}


def transfer_job(job: DatabaseJob) -> TransferJob:
    """Return the job of a database that DRS fills; RDS is asked for the instance.

    :raises TargetServerMissingError: when there is no instance of the name.
    """
    wanted, settings = job.database.rds, job.database.drs
    if wanted is None or settings is None:
        raise PermanentError(f"{job.label}: copy_with drs needs rds and drs; make the definition whole")
    cloud = Cloud(job.run.connections.cloud(wanted.connection))
    found = find_instance(cloud, wanted.instance)
    if found is None:
        raise TargetServerMissingError(
            f"{job.label}: RDS instance {wanted.instance} ({cloud.access.place}) does not exist; the phase resource_planning "
            "makes it, once the plan is approved"
        )
    return TransferJob(job, DrsJobs(cloud), settings, str(found.id))
