"""Make the plan and lay it open, and keep it that of the present source until a person has approved it.

A task may be killed anywhere in here. So nothing but content counts: a plan is approved when an answer names the digest of
this plan and this inventory. What changed is written down before the inventory that shows it is replaced.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.approvals import Question, is_approved
from include.assessment import assess_plan
from include.errors import PermanentError
from include.inventory import load_inventory, read_source
from include.inventory.model import listed
from include.inventory.store import save_inventory
from include.planning import plan_migration
from include.planning.digest import plan_digest
from include.planning.drift import find_changes, note_changes, noted_changes, refuse_gone_data, union
from include.report import write_plan_page

if TYPE_CHECKING:
    from include.planning import Plan
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
TRY_ANEW = "this run goes no further: hold back what changes the source, such as a delivery tool, and trigger a new one"


def propose(run: MigrationRun) -> Plan:
    """Return the plan of the inventory; write the assessment of what it means, and the page that shows both.

    :raises PreflightError: as `plan_migration` does.
    """
    plan = plan_migration(run)
    assess_plan(run, plan)
    write_plan_page(run.ledger)
    return plan


def follow_source(run: MigrationRun) -> bool:
    """Say whether the approved plan is that of the source as it is now; when it is not, propose a new one.

    Nothing is written when nothing changed. Otherwise the ledger document `drift` holds what changed since the plan that was
    approved last, and inventory, findings, plan, assessment and page are made anew.

    :raises PreflightError: when a database or bucket is gone, or the source has blockers now.
    """
    refuse_gone_data(run)
    after = read_source(run)
    changes = find_changes(load_inventory(run.ledger), after, run.secrets_key)
    was_approved = is_approved(run.ledger, plan_digest(run.ledger))
    if was_approved and not changes:
        logger.info("The source is as it was when the plan was made")
        return True
    for change in changes:
        logger.warning("Since the plan was made: %s", change.text())
    earlier = [] if was_approved else noted_changes(run.ledger)
    note_changes(run.ledger, union(earlier, changes))
    save_inventory(run.ledger, after)
    propose(run)
    return False


def refuse_changes(run: MigrationRun) -> None:
    """Compare the source with the plan that is approved now.

    :raises PermanentError: when it has changed meanwhile.
    """
    refuse_gone_data(run)
    changes = find_changes(load_inventory(run.ledger), read_source(run), run.secrets_key)
    if changes:
        raise PermanentError(
            f"source cluster: changed again while the new plan was looked at: {listed(one.text() for one in changes)}; "
            f"{TRY_ANEW}"
        )


def refuse_another_plan(run: MigrationRun, shown: Question) -> None:
    """Compare the plan with the one that a person was shown.

    :raises PermanentError: when it is another: Airflow would go on showing the one before.
    """
    if shown.plan != plan_digest(run.ledger):
        raise PermanentError(
            f"{shown.question}: the plan was made again since it was asked for here at {shown.at}, and Airflow would go on "
            f"showing the former one; {TRY_ANEW}"
        )
