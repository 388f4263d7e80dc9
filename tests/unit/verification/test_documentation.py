"""Every example of docs/verification.md loads in a definition."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.definition import Definition
from tests.builders.definitions import definition

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "verification.md").read_text(encoding="utf-8")
EXAMPLES = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
CHECKS = [one for example in EXAMPLES if isinstance(example, list) for one in example]


def loaded(checks: list[Any]) -> Definition:
    return definition(lambda document: document.update(checks=checks))


@pytest.mark.parametrize("check", CHECKS, ids=[one["name"] for one in CHECKS])
def test_an_example_of_a_check_loads(check: dict[str, Any]) -> None:
    assert loaded([check]).checks[0].name == check["name"]


def test_every_sort_of_check_has_an_example() -> None:
    checks = loaded(CHECKS).checks
    assert {one.method.partition(" ")[0] for one in checks} == {"GET", "POST", "SQL", "TCP", "Job"}


def test_the_example_of_a_waiver_loads() -> None:
    (waiver,) = [example for example in EXAMPLES if isinstance(example, dict)]
    assert definition(lambda document: document.update(waiver)).waivers[0].phase == "verification"


def test_every_link_to_another_page_leads_somewhere() -> None:
    folder = Path(__file__).resolve().parents[3] / "docs"
    pages = re.findall(r"\]\(([^)#]+)", TEXT)
    assert pages
    assert [page for page in pages if not (folder / page).is_file()] == []
