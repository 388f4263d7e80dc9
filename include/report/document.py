"""Shape report.json: a stable interface, other programs read it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from include.ledger import Action, Proof

# Of a migration whose cutover was not chosen for the run the report is `partial`.
Kind = Literal["migration", "rehearsal", "assessment", "partial"]
Result = Literal["succeeded", "failed", "rolled_back"]
OPTIONAL = ("rollback", "assessment", "evidence", "certificate")


class ReportPart(BaseModel):
    """Refuse unknown fields and changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReportPhase(ReportPart):
    """Sum up one phase."""

    id: str
    started: str | None
    finished: str | None
    items: int
    bytes: int
    result: Literal["succeeded", "failed"]


class ReportWaiver(ReportPart):
    """Name who accepted an item without an equal proof, and why."""

    by: str
    reason: str


class ReportItem(ReportPart):
    """Show one item of the plan with what was done and its proof."""

    phase: str
    kind: str
    source: str
    target: str
    action: Action
    bytes: int
    seconds: float
    predicted_seconds: float | None
    proof: Proof | None
    waiver: ReportWaiver | None


class DowntimeStep(ReportPart):
    """Say how long one step of the cutover took.

    `started` counts from the first failed request, in seconds; the switch waited for the `critical` ones, one after another.
    """

    name: str
    seconds: float
    started: float | None = None
    critical: bool = False


class Downtime(BaseModel):
    """Show what a client at the front door saw during the cutover."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    seconds: float
    requests: int
    writes_acknowledged: int
    writes_lost: int
    writes_doubled: int
    predicted_seconds: float | None = None
    steps: list[DowntimeStep] = Field(default_factory=list)


class RollBack(BaseModel):
    """Show how the customers were brought back to the source; `seconds` is None when nobody measured it.

    `left_behind` is what was written on the target and stays there, `left_objects` what exists there only.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    at: str
    approved_by: str
    seconds: float | None = None
    requests: int = 0
    failed_requests: int = 0
    predicted_seconds: float | None = None
    writes_acknowledged: int = 0
    writes_lost: int = 0
    writes_doubled: int = 0
    steps: list[DowntimeStep] = Field(default_factory=list)
    left_behind: list[str] = Field(default_factory=list)
    left_objects: list[str] = Field(default_factory=list)


class ReportEvidence(ReportPart):
    """Name the key that signs the evidence beside the report; `public_key` is in PEM form."""

    fingerprint: str
    public_key: str
    origin: str


class Report(ReportPart):
    """Be the whole of report.json."""

    schema_version: Literal[1] = Field(default=1, serialization_alias="schema")
    migration: str
    run_id: str
    kind: Kind
    result: Result
    started: str | None
    finished: str
    phases: list[ReportPhase]
    items: list[ReportItem]
    downtime: Downtime | None
    rollback: RollBack | None = None
    findings: list[dict[str, Any]]
    assessment: dict[str, Any] | None = None
    evidence: ReportEvidence | None = None
    certificate: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the document as it is written, without those of the last fields that this run has no use for."""
        left_out = {name for name in OPTIONAL if getattr(self, name) is None}
        return self.model_dump(mode="json", by_alias=True, exclude=left_out)
