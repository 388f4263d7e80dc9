"""Write down what a migration of the source means: what is there, what it takes, and the target it needs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from include.assessment.changes import find_changes, find_left_behind
from include.assessment.contents import describe_source
from include.assessment.measuring import Measured, measure, measured_by_plan
from include.assessment.planned import planned_advice
from include.assessment.prediction import predict
from include.cutover.learned import learned_downtime
from include.inventory.store import Inventory, load_inventory
from include.planning.image_rows import with_own_images
from include.sizing import recommend_target
from include.sizing.kspider import preferred
from include.sizing.model import Advice

if TYPE_CHECKING:
    from include.planning.model import Plan
    from include.run import MigrationRun

logger = logging.getLogger(__name__)
DOCUMENT = "assessment"


def assess(run: MigrationRun) -> dict[str, int]:
    """Write the ledger document `assessment` from the inventory; return a few numbers of it.

    Registries, databases and object storages are asked for sizes where the definition's connections answer; the rest
    stays unknown.
    """
    inventory = load_inventory(run.ledger)
    measured = measure(run, with_own_images(run.definition, inventory.images()))
    prediction = predict(inventory, run.definition, measured)
    return _write(run, inventory, measured, _recommended(run, inventory, measured), prediction)


def assess_plan(run: MigrationRun, plan: Plan) -> dict[str, int]:
    """Write the same document of a run that has a plan: sizes are those of its rows, and the target is what it orders.

    The downtime is what an earlier cutover or rehearsal of the migration measured, where there was one.
    """
    inventory, measured = load_inventory(run.ledger), measured_by_plan(run, plan)
    prediction = predict(inventory, run.definition, measured, learned_downtime(run))
    advice = planned_advice(plan, _recommended(run, inventory, measured))
    return _write(run, inventory, measured, advice, prediction)


def _recommended(run: MigrationRun, inventory: Inventory, measured: Measured) -> list[Advice]:
    return recommend_target(inventory, run.definition, databases=measured.databases, buckets=measured.buckets)


def _write(
    run: MigrationRun,
    inventory: Inventory,
    measured: Measured,
    advice: Sequence[Advice],
    prediction: dict[str, Any],
) -> dict[str, int]:
    document: dict[str, Any] = {
        "source": describe_source(inventory, run.definition, measured),
        "changes": find_changes(run, inventory),
        "left_behind": find_left_behind(inventory),
        "prediction": prediction,
        "target": [row.as_dict() for row in advice],
        "comparison": {
            "kspider": preferred(
                inventory.objects("Node"), inventory.objects("Service"), inventory.cluster.get("version")
            )
        },
    }
    run.ledger.write(DOCUMENT, document)
    nodes = sum(int(row.figures["nodes"]) for row in advice if "offered" in row.figures)
    logger.info("The target needs %s nodes; %s of its things are named", nodes, len(advice))
    return {"nodes": nodes, "advice": len(advice), "unknown_sizes": int(document["prediction"]["unknown"])}
