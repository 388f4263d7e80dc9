"""Put what only the cloud knows into the definition, once it is made: the ELB's id, the addresses of RDS instances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from include.errors import PermanentError
from include.planning.balancer_row import BALANCER
from include.planning.model import part_of_plan
from include.planning.resource_rows import PHASE
from include.provisioning.orders import provided_id

if TYPE_CHECKING:
    from include.definition import Database, Definition, LoadBalancer
    from include.run import MigrationRun

# As long as an id of ELB and an address with its port.
ANY_ID, ANY_ADDRESS = "00000000-0000-0000-0000-000000000000", "255.255.255.255:65535"


def bound_definition(run: MigrationRun) -> Definition:
    """Return the run's definition with every id and address in it that Services and configuration need.

    :raises PermanentError: when the phase resource_planning has not made the load balancer.
    :raises TargetServerMissingError: when an instance is not there.
    """
    definition = run.definition
    balancer = definition.target.load_balancer
    if balancer is not None and balancer.id is None:
        definition = _with_balancer(definition, balancer, balancer_id(run, balancer))
    addresses = {one.name: _address(run, one) for one in definition.databases if one.has_unknown_address}
    return _with_addresses(definition, addresses)


def _address(run: MigrationRun, database: Database) -> str:
    access = run.connections.target_database(database)
    return database.address_at(access.host, access.port)


def planning_run(run: MigrationRun) -> MigrationRun:
    """Return the run with something of the right length in the place of what is not known before the plan is approved."""
    definition = run.definition
    balancer = definition.target.load_balancer
    if balancer is not None and balancer.id is None:
        definition = _with_balancer(definition, balancer, ANY_ID)
    unknown = {one.name: ANY_ADDRESS for one in definition.databases if one.has_unknown_address}
    return replace(run, definition=_with_addresses(definition, unknown))


def balancer_id(run: MigrationRun, balancer: LoadBalancer) -> str:
    """Return the id of the load balancer that this run has made or taken."""
    key = f"{BALANCER}/{balancer.name}"
    identity = provided_id(run.ledger, key) or part_of_plan(run.ledger, PHASE).item(PHASE, key).details.get(
        "id"
    )
    if identity is None:
        raise PermanentError(
            f"load balancer {balancer.name}: is not made yet; run the task make_target of the phase resource_planning first"
        )
    return str(identity)


def _with_balancer(definition: Definition, balancer: LoadBalancer, identity: str) -> Definition:
    bound = balancer.model_copy(update={"id": identity})
    target = definition.target.model_copy(update={"load_balancer": bound})
    return definition.model_copy(update={"target": target})


def _with_addresses(definition: Definition, addresses: dict[str, str]) -> Definition:
    if not addresses:
        return definition
    databases = [_with_address(one, addresses.get(one.name)) for one in definition.databases]
    return definition.model_copy(update={"databases": databases})


def _with_address(database: Database, address: str | None) -> Database:
    if address is None or database.address is None:
        return database
    return database.model_copy(update={"address": database.address.model_copy(update={"target": address})})
