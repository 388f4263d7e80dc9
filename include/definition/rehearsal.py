"""Describe rehearsals: the same phases into targets that are thrown away."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from include.definition.parts import Address, ConnectionId, Name, Part


def _schedule(text: str) -> str:
    from croniter import croniter

    if not croniter.is_valid(text) or len(text.split()) != 5:
        raise ValueError(
            f'{text!r} is not a schedule; write five fields of cron in UTC: minute, hour, day, month, weekday, e.g. "0 3 * * 6"'
        )
    return text


Schedule = Annotated[str, AfterValidator(_schedule)]


class ScratchServer(Part):
    """Name a database server that a rehearsal may fill and empty, in the place of the target's."""

    target: ConnectionId = Field(
        description="Airflow connection of the scratch server's administrator; another server than the migration's target"
    )
    address: Address | None = Field(
        default=None,
        description="how the rehearsed applications reach it; needed where the database has an `address`",
    )


class Rehearsal(Part):
    """Say when the migration is rehearsed, what a rehearsal may use, and whether the cutover asks for one."""

    schedule: Schedule | None = Field(
        default=None,
        description='when it is rehearsed by itself, as cron in UTC, e.g. "0 3 * * 6"; left out: by hand only',
    )
    required_within_days: float | None = Field(
        default=None,
        gt=0,
        description="days that the last green rehearsal may be old at the cutover, which is refused otherwise; left out: none is "
        "asked for",
    )
    slower_percent: float = Field(
        default=50,
        gt=0,
        description="percent beyond the median of the earlier green rehearsals from which a phase is told as slower",
    )
    make_target: bool = Field(
        default=False,
        description="whether a rehearsal may make what it does not throw away and the target lacks: cluster, node pools, SWR "
        "organization, load balancer; they stay, and the migration takes them",
    )
    databases: dict[Name, ScratchServer] = Field(
        default_factory=dict,
        description="name of an entry in `databases` -> scratch server; entries with `rds.create` need none: an instance is made",
    )
