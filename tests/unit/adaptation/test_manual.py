"""docs/adaptation.md says what the rules say."""

from __future__ import annotations

import pytest

from include.adaptation.conversions.converting import CONVERSIONS
from include.adaptation.manual import DOCUMENT, manual_text
from include.adaptation.pipeline import adaptation_rules
from include.definition import load_definition
from tests.builders.definitions import definition_text

REMEDY = "run `python -m include.adaptation.manual`"


def test_the_manual_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == manual_text(), REMEDY


@pytest.mark.parametrize("name", adaptation_rules())
def test_every_rule_has_a_section_with_its_reason(name: str) -> None:
    _, _, section = manual_text().partition(f"### `{name}`: ")
    assert section.split("### ")[0].find(adaptation_rules()[name].REASON) > 0


def test_every_removed_version_has_a_row() -> None:
    assert [version for version, _ in CONVERSIONS if f"| `{version}` |" not in manual_text()] == []


def test_the_example_of_ones_own_rules_is_one() -> None:
    example = manual_text().split("```yaml\n")[1].split("```")[0]
    loaded = load_definition(definition_text() + example)
    assert [rule.name for rule in loaded.adaptation.rules] == ["team-label"]
