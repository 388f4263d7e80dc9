"""Describe commands that run in an application's own containers around its move."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from include.definition.parts import Name, Part, Text
from include.definition.volume_choices import WorkloadName

LASTING_KINDS = ("Deployment", "StatefulSet", "DaemonSet")


def _lasting(text: str) -> str:
    kind = text.partition(" ")[0]
    if kind not in LASTING_KINDS:
        raise ValueError(
            f"pods of a {kind} come and go; name a {', '.join(LASTING_KINDS[:-1])} or {LASTING_KINDS[-1]}"
        )
    return text


LastingWorkload = Annotated[WorkloadName, AfterValidator(_lasting)]


class Hook(Part):
    """Run a command in the pods of a workload. It may run more than once: make it safe to repeat."""

    name: Name = Field(description="name of the hook, in log and report")
    workload: LastingWorkload = Field(
        description="workload whose running pods it runs in: kind namespace/name, e.g. `StatefulSet shop/search`"
    )
    when: Literal["before_stop", "after_start"] = Field(
        description="`before_stop`: on the source, right before the cutover stops it; `after_start`: on the target, whenever its "
        "workloads have started and are ready, at the verification and at the cutover"
    )
    container: Text | None = Field(
        default=None, description="container to run it in; left out: the first one"
    )
    command: list[Text] = Field(
        min_length=1,
        description="program and arguments, e.g. `[sh, -c, dump --password $PASSWORD]`; no secret may stand here",
    )
    timeout_seconds: float = Field(default=30, gt=0, le=3600, description="how long it may take")
    on_error: Literal["fail", "continue"] = Field(
        default="fail", description="whether a command that fails stops the migration, or is only logged"
    )
