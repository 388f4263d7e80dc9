"""Choose a version, a flavor, a disk and zones for a new RDS instance among those that the cloud offers now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from include.cloud import Cloud
from include.errors import PreflightError
from include.inventory.model import listed
from include.provisioning.offers import Quota
from include.sizing.data_services import ENGINES, disk_gib, instance_shape
from include.sizing.model import GIB, gib

if TYPE_CHECKING:
    from include.definition import NewInstance
    from include.planning.instance_needs import InstanceNeeds

NORMAL = "normal"


@dataclass(frozen=True)
class ChosenInstance:
    """Say what is ordered. `zones` are the instance's own and, with a standby, the standby's."""

    version: str
    flavor: str
    disk_gib: int
    disk_type: str
    zones: tuple[str, ...]
    high_availability: bool

    def as_details(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {**asdict(self), "zones": list(self.zones)}


def choose_instance(cloud: Cloud, needs: InstanceNeeds, create: NewInstance) -> ChosenInstance:
    """Return what fits the needs and the definition.

    :raises PreflightError: with every reason why nothing does.
    """
    engine = ENGINES[needs.engine]
    version = _version(cloud, needs, create)
    flavor = _flavor(cloud, needs, create, version)
    zones = _zones(flavor, create)
    size = create.disk_gib or disk_gib(needs.size)
    problems = [*_disk_type(cloud, engine, version, create, zones), *_small_disk(size, needs.size)]
    if problems:
        raise PreflightError(problems)
    return ChosenInstance(version, flavor.spec_code, size, create.disk_type, zones, create.high_availability)


def instance_quota(cloud: Cloud) -> Quota:
    """Return how many instances the project may have."""
    resources = cloud.call("rds", "show_quotas").quotas.resources or []
    row = next((one for one in resources if one.type == "instance"), None)
    return Quota("RDS instances", row.quota, row.used) if row else Quota("RDS instances", None, 0)


def is_below(version: str, other: Sequence[int]) -> bool:
    """Say whether a version of RDS, such as 15 or 10.11, is below one of a server, as far as both are told."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    return numbers < tuple(other)[: len(numbers)]


def _version(cloud: Cloud, needs: InstanceNeeds, create: NewInstance) -> str:
    engine = ENGINES[needs.engine]
    stores = cloud.call("rds", "list_datastores", database_name=engine).data_stores or []
    offered = sorted((one.name for one in stores), key=_numbers)
    source = ".".join(str(number) for number in needs.version)
    if create.version is not None and create.version not in offered:
        raise PreflightError([
            f"version: {create.version} of {engine} is not offered; allowed: {', '.join(offered)}"
        ])
    fitting = [one for one in offered if not is_below(one, needs.version)]
    if create.version is not None and create.version not in fitting:
        raise PreflightError([
            f"version: {create.version} is below the source's {source}; allowed: {', '.join(fitting)}"
        ])
    if not fitting:
        raise PreflightError([
            f"version: the source's {source} is newer than what is offered of {engine}, {', '.join(offered)}; move this "
            "database to a server of its own"
        ])
    return create.version or fitting[0]


def _flavor(cloud: Cloud, needs: InstanceNeeds, create: NewInstance, version: str) -> Any:
    """Return RDS's document of the flavor."""
    engine = ENGINES[needs.engine]
    answer = cloud.call("rds", "list_flavors", database_name=engine, version_name=version)
    mode = "ha" if create.high_availability else "single"
    offered = [one for one in answer.flavors or [] if one.instance_mode == mode]
    sold = sorted((one for one in offered if _sold_in(one, create.zones or ())), key=_amounts)
    if create.flavor is not None:
        found = next((one for one in sold if one.spec_code == create.flavor), None)
        if found is None:
            raise PreflightError([
                f"flavor: {create.flavor} {_why_not(create, offered)}; allowed: {_codes(sold)}"
            ])
        return found
    vcpus, memory = instance_shape(needs.size, needs.connections)
    found = next((one for one in sold if int(one.vcpus) >= vcpus and one.ram >= memory), None)
    if found is None:
        raise PreflightError([
            f"flavor: none with {vcpus} vCPU and {memory} GiB, which the source's size and connections need, is offered"
            f"{_in_zones(create)}; name one: {_codes(sold)}"
        ])
    return found


def _why_not(create: NewInstance, offered: Sequence[Any]) -> str:
    if create.flavor in {one.spec_code for one in offered}:
        return f"is sold out{_in_zones(create)}"
    return f"is not offered {'with' if create.high_availability else 'without'} a standby"


def _in_zones(create: NewInstance) -> str:
    return f" in {', '.join(create.zones)}" if create.zones else ""


def _codes(flavors: Sequence[Any]) -> str:
    return listed([str(one.spec_code) for one in flavors]) if flavors else "none"


def _sold_in(flavor: Any, wanted: Sequence[str]) -> list[str]:
    """Return the zones in which a flavor can be ordered; none unless all of the wanted ones are."""
    zones = sorted(zone for zone, state in (flavor.az_status or {}).items() if state == NORMAL)
    return zones if all(zone in zones for zone in wanted) else []


def _zones(flavor: Any, create: NewInstance) -> tuple[str, ...]:
    if create.zones:
        return tuple(create.zones)
    sold = _sold_in(flavor, ())
    # A standby in the one zone that there is serves when a machine fails.
    return (sold[0], sold[min(1, len(sold) - 1)]) if create.high_availability else (sold[0],)


def _disk_type(
    cloud: Cloud, engine: str, version: str, create: NewInstance, zones: Sequence[str]
) -> Iterator[str]:
    answer = cloud.call(
        "rds",
        "list_storage_types",
        database_name=engine,
        version_name=version,
        ha_mode="ha" if create.high_availability else "single",
    )
    offered = {one.name: one.az_status or {} for one in answer.storage_type or []}
    fitting = [name for name, states in offered.items() if all(states.get(one) == NORMAL for one in zones)]
    if create.disk_type not in fitting:
        yield (
            f"disk_type: {create.disk_type} is not offered in {', '.join(zones)}; "
            f"allowed: {', '.join(sorted(fitting)) or 'none'}"
        )


def _small_disk(size: int, data: int) -> Iterator[str]:
    if size * GIB < data:
        yield (
            f"disk_gib: {size} GiB are less than the {gib(data)} of data; allowed: {disk_gib(data)} and above"
        )


def _amounts(flavor: Any) -> tuple[int, int, str]:
    return int(flavor.vcpus), int(flavor.ram), str(flavor.spec_code)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
