"""Describe a whole migration."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from include.definition.adaptation import Adaptation
from include.definition.checks import Check
from include.definition.data import Bucket, Database, Volumes
from include.definition.hooks import Hook
from include.definition.images import CustomImage, Images
from include.definition.parts import ConnectionId, Name, Part, Text
from include.definition.people import Approvals, Notification
from include.definition.places import Source, Target
from include.definition.rehearsal import Rehearsal
from include.definition.traffic import Cutover, FrontDoor
from include.definition.velero import Velero
from include.phases import PhaseId

# As a pod spec names them.
CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")

Deletable = Literal["namespaces", "databases", "buckets", "backups"]


class Retirement(Part):
    """Say whether and when the source is retired after a successful migration."""

    enabled: bool = Field(default=False, description="whether the source is fenced and cleaned at all")
    after_hours: float = Field(
        default=168, ge=0, description="hours to wait after the cutover, before the approval is asked for"
    )
    observe_seconds: float = Field(
        default=60,
        ge=5,
        description="seconds for which the fenced source is watched: nobody may log in, write or be served meanwhile",
    )
    delete: list[Deletable] = Field(
        default_factory=list,
        description="what of the source is deleted for good after that; nothing unless it is named here or in the form of "
        "`retire_source`",
    )


class Evidence(Part):
    """Say who signs the evidence of a run."""

    key: ConnectionId | None = Field(
        default=None,
        description="connection whose password is an Ed25519 private key, PEM; by default the migration signs with a key of its own",
    )


class Waived(Part):
    """Accept one item without an equal proof."""

    phase: PhaseId = Field(description="phase of the item")
    item: Text = Field(description="key of the item, as the report's findings name it after the phase")
    accepted_by: Text = Field(description="name of the person who accepts it")
    reason: Text = Field(description="why it is acceptable")
    until: date | None = Field(
        default=None, description="last day on which it may be accepted (UTC); without one it does not expire"
    )


class Definition(Part):
    """Describe one migration: from which cluster into which, with what beside it, and how it is checked."""

    schema_version: Literal[1] = Field(alias="schema", description="version of this format")
    name: Name = Field(description="name of the migration; ledger folders and object names carry it")
    source: Source = Field(description="the cluster to migrate from")
    target: Target = Field(description="the CCE cluster to migrate to")
    images: Images = Field(description="where images come from and go")
    databases: list[Database] = Field(default_factory=list, description="databases to move into RDS")
    buckets: list[Bucket] = Field(default_factory=list, description="buckets to move into OBS")
    velero: Velero = Field(description="backup of the cluster's objects")
    volumes: Volumes = Field(description="copy of the volumes' content")
    adaptation: Adaptation = Field(
        default_factory=Adaptation, description="how objects change on their way, beyond the rule pack"
    )
    hooks: list[Hook] = Field(
        default_factory=list,
        description="commands to run in the applications' own containers around their move",
    )
    front_door: FrontDoor = Field(description="how customers reach the application")
    checks: list[Check] = Field(default_factory=list, description="functions that must work in the target")
    cutover: Cutover = Field(default_factory=Cutover, description="when it may begin, and how it is watched")
    retirement: Retirement = Field(
        default_factory=Retirement, description="what happens to the source afterwards"
    )
    rehearsal: Rehearsal = Field(
        default_factory=Rehearsal, description="when it is rehearsed, and whether the cutover asks for that"
    )
    waivers: list[Waived] = Field(
        default_factory=list, description="items accepted by name without an equal proof"
    )
    evidence: Evidence = Field(default_factory=Evidence, description="who signs what a run has proved")
    approvals: Approvals = Field(
        default_factory=Approvals, description="who may answer the questions of a run"
    )
    notifications: list[Notification] = Field(default_factory=list, description="who is told of what happens")

    @property
    def moved_entries(self) -> list[Database | Bucket]:
        """Return everything that applications may reach under another address after the migration."""
        return [*self.databases, *self.buckets]

    @property
    def image_fields(self) -> list[CustomImage]:
        """Return the fields of custom resources that hold images of whatever registry, those in the pod specs among them."""
        return [
            *self.images.custom_resources,
            *(
                CustomImage(kind=one.kind, group=one.group, path=f"{one.path}.{name}[*].image")
                for one in self.adaptation.pod_specs
                for name in CONTAINER_LISTS
            ),
        ]
