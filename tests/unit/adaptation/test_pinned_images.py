"""What pods name by digest gets the digest that the image has on the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.adaptation.context import context_of
from include.adaptation.rules import images
from include.planning.binding import planning_run
from include.planning.model import Plan, PlanItem, save_plan
from tests.builders.objects import container, deployment, inventory
from tests.builders.runs import run as build_run

SOURCE, CONVERTED = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PINNED = f"registry.source.lab/shop/app@{SOURCE}"
TAG = f"swr.eu-de.lab/shop/shop/app:sha256-{'1' * 12}"


def image_of(folder: Path, rows: list[PlanItem] | None) -> str:
    """Return what the rule makes of a container that names its image by digest."""
    run = planning_run(build_run(folder))
    if rows is not None:
        save_plan(run.ledger, Plan(items=rows))
    obj = deployment(containers=[container(PINNED)])
    adapted = images.apply(obj, context_of(run, inventory(obj)))
    return str(adapted["spec"]["template"]["spec"]["containers"][0]["image"])


def row(target_digest: str) -> PlanItem:
    return PlanItem(
        key=PINNED,
        phase="swr_image_sync",
        kind="image",
        source=PINNED,
        target=TAG,
        action="copy",
        details={"digest": SOURCE, "target_digest": target_digest},
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([row(CONVERTED)], f"swr.eu-de.lab/shop/shop/app@{CONVERTED}", id="converted"),
        pytest.param([row(SOURCE)], f"swr.eu-de.lab/shop/shop/app@{SOURCE}", id="copied as it is"),
        pytest.param([row("")], TAG, id="its registry could not be asked"),
        pytest.param(None, TAG, id="an assessment, before any plan"),
    ],
)
def test_a_pod_that_names_its_image_by_digest(
    tmp_path: Path, rows: list[PlanItem] | None, expected: str
) -> None:
    assert image_of(tmp_path, rows) == expected
