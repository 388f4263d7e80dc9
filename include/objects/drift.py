"""Find what was set otherwise at the source's buckets since the plan was made: lifecycle and CORS rules, versioning, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.objects.bucket_settings import RECREATED, REPORTED
from include.objects.setting_marks import DOCUMENT, Marks, marks_of
from include.planning.drift import Change

if TYPE_CHECKING:
    from include.run import MigrationRun


def bucket_changes(run: MigrationRun) -> list[Change]:
    """Return a change for each bucket of a run at which something is set otherwise than when its plan was made.

    What the store did not tell then, or does not tell now, is no change.

    :raises TemporaryError: when a store does not answer.
    """
    noted = run.ledger.read(DOCUMENT) if run.ledger.exists(DOCUMENT) else {}
    known = [one for one in run.definition.buckets if one.name in noted]
    present = marks_of(run, known)
    changes = ((one, _changed(noted[one.name], now)) for one, now in zip(known, present, strict=True))
    return [
        Change(object=f"bucket {one.name}", what="changed", details=names) for one, names in changes if names
    ]


def _changed(before: Marks, now: Marks) -> tuple[str, ...]:
    names = {setting.slug: setting.name for setting in (*RECREATED, *REPORTED)}
    return tuple(
        names[slug] for slug in names if slug in before and slug in now and before[slug] != now[slug]
    )
