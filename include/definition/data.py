"""Describe what is copied beside the cluster's objects: images, databases, buckets, volumes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from include.definition.bandwidth import Bandwidth
from include.definition.managed import DrsTransfer, OmsTransfer
from include.definition.parts import (
    Address,
    BucketName,
    ConnectionId,
    Name,
    Part,
    Size,
    Text,
    size_in_bytes,
)
from include.definition.rds import RdsInstance
from include.definition.volume_choices import ClaimName, HostPath, Snapshots

DefinerChoice = Literal["keep", "target_user"]
ObsClass = Literal["STANDARD", "WARM", "COLD"]
# Of other stores, by how soon and how dearly they give an object back.
STORAGE_CLASSES: dict[str, ObsClass] = {
    "STANDARD_IA": "WARM",
    "ONEZONE_IA": "WARM",
    "GLACIER_IR": "WARM",
    "NEARLINE": "WARM",
    "WARM": "WARM",
    "GLACIER": "COLD",
    "DEEP_ARCHIVE": "COLD",
    "COLDLINE": "COLD",
    "ARCHIVE": "COLD",
    "COLD": "COLD",
}


class MovedAddress(Part):
    """Say how the applications reach a thing before and after; found values are rewritten by this."""

    source: Address = Field(description="what the applications use now: host:port or a URL")
    target: Address = Field(description="what they use after the migration")


class ServerAddress(Part):
    """Say how the applications reach a database server before and after; found values are rewritten by this."""

    source: Address = Field(description="what the applications use now: host:port or a URL")
    target: Address | None = Field(
        default=None,
        description="what they use after the migration; may be left out with `rds`: the instance's address, with its port where "
        "`source` has one",
    )

    @property
    def port(self) -> str:
        """Return the source's port, empty when it has none."""
        port = self.source.rpartition(":")[2]
        return port if port.isdigit() else ""


class MovedEntry(Part):
    """Be something that applications reach under another address after the migration."""

    name: Name = Field(description="name of this entry, used in checks, logs and the report")


class Follow(Part):
    """Say how a database in mode `follow` is carried on until the cutover, and back after it."""

    most_retained: Size = Field(
        default="10GB",
        description="bytes of its log that the source may keep for the migration, e.g. `500MB`, `10GB`; beyond, the following is "
        "given up rather than the source's disk filled",
    )
    reverse: bool = Field(
        default=True,
        description="carry what is written on the target back to the source when the cutover is rolled back",
    )

    @property
    def most_retained_bytes(self) -> int:
        """Return the limit in bytes."""
        return size_in_bytes(self.most_retained)


class Database(MovedEntry):
    """Move one database into RDS."""

    engine: Literal["postgresql", "mariadb"] = Field(description="database engine, equal on both sides")
    database: Text = Field(description="name of the database on both servers")
    source: ConnectionId = Field(description="Airflow connection of the source server's administrator")
    target: ConnectionId = Field(
        description="Airflow connection of the target server's administrator; with `rds` its host may be empty"
    )
    rds: RdsInstance | None = Field(
        default=None, description="RDS instance behind `target`; none: the server exists, whatever it is"
    )
    mode: Literal["dump", "follow"] = Field(
        default="dump",
        description="`dump`: copy now, and the changed tables again while the writers stand still; `follow`: copy now, then "
        "carry every changed row over until the cutover, which no longer depends on the size",
    )
    copy_with: Literal["own", "drs"] = Field(
        default="own",
        description="what copies at first: `own` from the Airflow worker, `drs` the cloud's service; changes are always copied, "
        "and everything is proved, by the worker",
    )
    drs: DrsTransfer | None = Field(default=None, description="how DRS copies; only with `copy_with: drs`")
    follow: Follow = Field(default_factory=Follow, description="limits of mode `follow`")
    roll_back: Literal["copy", "refuse"] = Field(
        default="copy",
        description="how a rollback brings back what the target took and no change was kept of (mode `dump`, `follow.reverse: false`): "
        "`copy`: the tables that differ whole, while nobody writes; `refuse`: not at all, `roll_back_cutover` is refused then",
    )
    definers: DefinerChoice = Field(
        default="keep",
        description="of MariaDB's views, triggers, routines and events, as whom they run on the target: `keep`: as on the source; accounts "
        "that lack there are made, administrators are not; `target_user`: as the user of `target` where their own definer cannot be "
        "there, or that user lacks SET USER",
    )
    address: ServerAddress | None = Field(
        default=None, description="how the applications reach it; none when they do not name it"
    )

    @property
    def has_unknown_address(self) -> bool:
        """Say whether the address after the migration is one that only the cloud knows."""
        return self.address is not None and self.address.target is None

    @property
    def address_after(self) -> str:
        """Return the address after the migration; a word for it as long as only the cloud knows it."""
        if self.address is None:
            return ""
        return self.address.target or self.address_at(f"address-of-{self.name}", self.address.port)

    def address_at(self, host: str, port: str | int) -> str:
        """Return the address of a server as the applications write the source's: with its port, or without."""
        return f"{host}:{port}" if self.address and self.address.port else host


class BucketEnd(Part):
    """Name one bucket on one side."""

    connection: ConnectionId = Field(description="Airflow connection of the object storage")
    bucket: BucketName = Field(description="bucket name: 3 to 63 of a-z, 0-9 and `-`")


class Bucket(MovedEntry):
    """Move one bucket with its metadata."""

    source: BucketEnd = Field(description="bucket to copy from")
    target: BucketEnd = Field(description="bucket to copy into; it may hold nothing else")
    storage_classes: dict[Text, ObsClass] = Field(
        default_factory=lambda: dict(STORAGE_CLASSES),
        description="storage class on the source -> class in OBS: `STANDARD`, `WARM`, `COLD`; what is not named becomes `STANDARD`; "
        "left out: cool classes become `WARM`, archives `COLD`",
    )
    settings: Literal["recreate", "report"] = Field(
        default="recreate",
        description="`recreate`: set lifecycle, CORS, versioning, website and tags of the bucket at the target, as far as OBS has "
        "them; `report`: only say what is set",
    )
    delete_extra: bool = Field(
        default=True,
        description="whether an object that this run has copied is removed from the target when the source removes it; objects "
        "that somebody else put there are never removed",
    )
    bandwidth: Bandwidth | None = Field(
        default=None, description="limit of what is read from the source; none: as fast as it goes"
    )
    copy_with: Literal["own", "oms"] = Field(
        default="own",
        description="what copies at first: `own` from the Airflow worker, `oms` the cloud's service; changes are always copied, "
        "and everything is proved, by the worker",
    )
    oms: OmsTransfer | None = Field(default=None, description="how OMS copies; only with `copy_with: oms`")
    address: MovedAddress | None = Field(
        default=None, description="how the applications reach it; none when they do not name it"
    )

    @property
    def address_after(self) -> str:
        """Return the address after the migration."""
        return self.address.target if self.address else ""


class Volumes(Part):
    """Say where the content of volumes passes through on its way."""

    connection: ConnectionId = Field(
        description="Airflow connection of the object storage, reachable from both"
    )
    bucket: BucketName = Field(description="bucket for the encrypted volume repository")
    repository: ConnectionId = Field(description="Airflow connection whose password encrypts the repository")
    mover_image: Text = Field(
        description="restic image as the source pulls it; the target uses its copy in SWR"
    )
    empty: list[ClaimName] = Field(
        default_factory=list,
        description="claims that are made anew without their content, each `namespace/name`: caches, scratch space",
    )
    excluded: list[ClaimName] = Field(
        default_factory=list,
        description="claims that stay behind altogether, each `namespace/name`; no migrated workload may mount them",
    )
    snapshots: list[Snapshots] = Field(
        default_factory=list,
        description="claims that are copied from snapshots while applications write: each copy is of one moment, and proved file by file",
    )
    host_paths: list[HostPath] = Field(
        default_factory=list,
        description="folders of nodes that move into claims; whatever else pods mount by hostPath stays behind",
    )
