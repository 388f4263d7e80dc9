"""Say who is told of a migration, and who may approve it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from include.definition.parts import ConnectionId, Part, Text

EventKind = Literal["approval_needed", "failed", "cutover_done", "rolled_back", "rehearsal_regressed"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
MAIL_PATTERN = r"^[^\s@,;<>]+@[^\s@,;<>]+$"
MailAddress = Annotated[str, StringConstraints(pattern=MAIL_PATTERN)]


class Notification(Part):
    """Tell people or programs of events, once each, over one connection."""

    kind: Literal["slack", "email", "webhook"] = Field(
        description="a webhook that takes Slack's messages, an e-mail, or a signed webhook with JSON"
    )
    connection: ConnectionId = Field(description="Airflow connection of the webhook or of the mail server")
    # Not `on`: YAML 1.1 reads that key as `true`.
    events: list[EventKind] = Field(
        default=list(EVENT_KINDS), min_length=1, description="what is told; all of it unless said"
    )
    to: list[MailAddress] = Field(default_factory=list, description="recipients; only for e-mail")


class Approvals(Part):
    """Name who may answer the questions of a run; everybody whom Airflow lets answer where nobody is named.

    Users are named by their id in Airflow's auth manager: the user name with SimpleAuthManager, the number with FAB.
    """

    plan: list[Text] = Field(
        default_factory=list, description="ids of the users who may approve the plan, and a changed one"
    )
    cutover: list[Text] = Field(
        default_factory=list, description="ids of the users who may approve the cutover, and its rollback"
    )
    retirement: list[Text] = Field(
        default_factory=list, description="ids of the users who may approve the retirement of the source"
    )
