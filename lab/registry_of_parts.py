"""The list of all parts of the lab, in no particular order: `depends_on` orders them."""

from __future__ import annotations

import importlib
from typing import cast

from lab.parts import OnOrder, Part

# part name -> "module:class"; modules are imported when the list is made, so that one can be used alone
PARTS = {
    "network": "lab.network:Network",
    "dns": "lab.services.dns:Dns",
    "lab-postgres": "lab.services.postgres:LabPostgres",
    "source-registry": "lab.services.registries:SourceRegistry",
    "swr": "lab.services.registries:Swr",
    "source-s3": "lab.services.object_storage:SourceS3",
    "obs": "lab.services.object_storage:Obs",
    "source-postgres": "lab.services.postgres:SourcePostgres",
    "target-postgres": "lab.services.postgres:TargetPostgres",
    "source-mariadb": "lab.services.mariadb:SourceMariadb",
    "target-mariadb": "lab.services.mariadb:TargetMariadb",
    "cloud": "lab.cloud.part:Cloud",
    "system-images": "lab.clusters.system_images:SystemImages",
    "source-control-plane": "lab.clusters.part:SourceControlPlane",
    "target-control-plane": "lab.clusters.part:TargetControlPlane",
    "source-cluster": "lab.clusters.part:SourceCluster",
    "source-metrics": "lab.clusters.part:SourceMetrics",
    "source-snapshots": "lab.clusters.snapshots:SourceSnapshots",
    "target-cluster": "lab.clusters.part:TargetCluster",
    "images": "lab.estate.images:Images",
    "engine-images": "lab.estate.images:EngineImages",
    "databases-loaded": "lab.estate.databases:DatabasesLoaded",
    "buckets-loaded": "lab.estate.buckets:BucketsLoaded",
    "estate": "lab.estate.part:Estate",
    "traffic": "lab.estate.traffic:Traffic",
    "airflow": "lab.airflow.part:Airflow",
}

# parts on order that are started without one when somebody names them: the cloud finds them
STARTED_BY_NAME = ("target-postgres", "target-mariadb")


def all_parts(only: tuple[str, ...] = ()) -> list[Part]:
    """Return every part of the lab, or those named and what they depend on; of those on order only the ordered ones.

    Raises:
        SystemExit: one that is named is unknown, or was not ordered.
    """
    wanted: dict[str, Part] = {}
    waiting = list(only or PARTS)
    while waiting:
        name = waiting.pop()
        if name in wanted:
            continue
        part = load_part(name)
        if is_there(part) or (name in only and name in STARTED_BY_NAME):
            wanted[name] = part
            waiting.extend(part.depends_on)
        elif name in only:
            raise SystemExit(f"{name} is made by the cloud when it is ordered: make migrate does so.")
    return [wanted[name] for name in PARTS if name in wanted]


def is_there(part: Part) -> bool:
    """Say whether a part is one that the lab has at present."""
    return not isinstance(part, OnOrder) or part.is_ordered()


def load_part(name: str) -> Part:
    """Return a part.

    Raises:
        SystemExit: there is none of this name.
    """
    if name not in PARTS:
        raise SystemExit(f"There is no part {name!r} in the lab. The parts are: {', '.join(PARTS)}.")
    module, _, attribute = PARTS[name].partition(":")
    return cast(Part, getattr(importlib.import_module(module), attribute)())
