"""Plan the rows of RDS instances: taken, or made as their details say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.cloud.instances import find_instance
from include.errors import PreflightError
from include.planning.instance_needs import InstanceNeeds, instance_needs
from include.planning.model import PlanItem
from include.planning.resource_rows import LONGEST_MINUTES, resource_row
from include.provisioning.instance import found_instance, host_misfits, instance_misfits
from include.provisioning.instance_offers import ChosenInstance, choose_instance
from include.provisioning.providing import MAKE, TAKE
from include.sizing.data_services import ENGINES

if TYPE_CHECKING:
    from include.definition import NewInstance
    from include.run import MigrationRun

INSTANCE = "instance"


def instance_rows(run: MigrationRun) -> list[PlanItem]:
    """Return one row an RDS instance.

    :raises PreflightError: when what is there cannot be taken, or what is to be made would not do, with every reason.
    """
    rows: list[PlanItem] = []
    problems: list[str] = []
    for needs in instance_needs(run):
        cloud = Cloud(run.connections.cloud(needs.connection))
        try:
            rows.append(_row(run, needs, cloud))
        except PreflightError as error:
            problems += [f"RDS instance {needs.name} ({cloud.access.place}): {one}" for one in error.problems]
    if problems:
        raise PreflightError(problems)
    return rows


def _row(run: MigrationRun, needs: InstanceNeeds, cloud: Cloud) -> PlanItem:
    document = find_instance(cloud, needs.name)
    if document is not None:
        found = found_instance(document)
        misfits = [*instance_misfits(found, needs), *host_misfits(run, found, needs.login)]
        if misfits:
            raise PreflightError(misfits)
        text = f"is there, {document.datastore.version}, {document.flavor_ref}, {document.volume.size} GiB"
        return _item(needs, {"provide": TAKE, "id": found.id, "create": None}, text)
    if needs.create is None:
        raise PreflightError(["does not exist; correct the name, or say under create how it is made"])
    chosen = choose_instance(cloud, needs, needs.create)
    return _item(needs, {"provide": MAKE, "create": _order(chosen, needs.create)}, _text(chosen))


def _order(chosen: ChosenInstance, create: NewInstance) -> dict[str, Any]:
    return {
        **chosen.as_details(),
        "vpc": create.vpc,
        "subnet": create.subnet,
        "security_group": create.security_group,
    }


def _text(chosen: ChosenInstance) -> str:
    standby = ", with a standby" if chosen.high_availability else ""
    return (
        f"is made, {chosen.version}, {chosen.flavor}, {chosen.disk_gib} GiB of {chosen.disk_type} in "
        f"{', '.join(chosen.zones)}{standby}"
    )


def _item(needs: InstanceNeeds, details: dict[str, Any], text: str) -> PlanItem:
    return resource_row(
        f"{INSTANCE}/{needs.name}",
        f"server for {', '.join(needs.entries)}",
        f"RDS for {ENGINES[needs.engine]}, {needs.name}: {text}",
        {
            "resource": INSTANCE,
            "connection": needs.connection,
            "name": needs.name,
            "engine": needs.engine,
            "login": needs.login,
            "longest_minutes": needs.create.longest_minutes if needs.create else LONGEST_MINUTES,
            **details,
        },
    )
