"""The table of findings says what the rules say."""

from __future__ import annotations

from include.databases.obstacles import RULE as DATABASE
from include.inventory.finding_rules import finding_rules
from include.objects.census import RULE as OBJECTS
from include.objects.settings import RULE as BUCKET
from include.planning.finding_manual import DOCUMENT, manual_text

REMEDY = "run `python -m include.planning.finding_manual`"


def test_the_table_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == manual_text(), REMEDY


def test_every_rule_has_a_row() -> None:
    text = manual_text()
    names = [rule.RULE for rule in finding_rules().values()] + [DATABASE, BUCKET, OBJECTS]
    assert [name for name in names if f"| `{name}` |" not in text] == []
