"""Say how a cutover ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.notifications.events import Event, cutover_done, rolled_back

if TYPE_CHECKING:
    from include.run import MigrationRun


def cutover_event(run: MigrationRun, downtime: Mapping[str, Any]) -> Event | None:
    """Return what became of the traffic; None when it was never switched, which the failed task tells."""
    from include.cutover.rolled_back import ROLLED_BACK, is_rolled_back
    from include.cutover.switching import DOCUMENT as SWITCHED

    if not run.ledger.exists(SWITCHED):
        return None
    if is_rolled_back(run):
        return rolled_back(downtime, str(run.ledger.read(ROLLED_BACK)["at"]))
    return cutover_done(downtime, str(run.ledger.read(SWITCHED)["at"]))
