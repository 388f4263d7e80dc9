"""Fields that take the place of a definition's for one run."""

from __future__ import annotations

import pytest

from include.definition import load_definition
from include.errors import DefinitionError
from tests.builders.definitions import definition_text


def test_mappings_are_merged_and_everything_else_is_replaced() -> None:
    changed = load_definition(
        definition_text(), "cutover: {watch_seconds: 120}\nsource: {namespaces: [shop]}\n"
    )
    assert changed.cutover.watch_seconds == 120
    assert changed.cutover.most_failed_share == load_definition(definition_text()).cutover.most_failed_share
    assert changed.source.namespaces == ["shop"]
    assert changed.source.cluster == "source_cluster"


def test_json_will_do() -> None:
    assert load_definition(definition_text(), '{"cutover": {"watch_seconds": 9}}').cutover.watch_seconds == 9


@pytest.mark.parametrize("text", ["", "  \n"])
def test_no_text_changes_nothing(text: str) -> None:
    assert load_definition(definition_text(), text) == load_definition(definition_text())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "cutover:\n  watch_seconds: -1",
            "cutover.watch_seconds: -1 is out of range  allowed: greater than 0",
        ),
        ("cutover:\n  watch: 9", "cutover.watch: unknown field"),
        ("checks: {", "overrides: line 1, column 10: not YAML:"),
        ("120", "overrides: must be a mapping, such as `cutover: {watch_seconds: 120}`"),
        ("name: other", "overrides.name: is the same in all runs of a migration; remove it"),
        ("cutover:\n  watch_seconds: 9\n  watch_seconds: 8", "cutover.watch_seconds: written twice"),
        (
            "source:\n  namespaces: [shop, kube-system]",
            "source.namespaces[1]: 'kube-system' is never migrated",
        ),
    ],
)
def test_a_problem_has_its_place(text: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(definition_text(), text)
    assert [one for one in caught.value.problems if one.startswith(problem)]
    assert all(one.endswith("of the overrides)") or "overrides" in one for one in caught.value.problems)


def test_what_the_overrides_leave_of_the_definition_keeps_its_lines() -> None:
    text = definition_text(lambda document: document["velero"].update(bucket="UPPER"))
    with pytest.raises(DefinitionError) as caught:
        load_definition(text, "cutover: {watch_seconds: -1}")
    ours, theirs = sorted(caught.value.problems)
    assert ours.endswith("(line 1 of the overrides)")
    assert theirs.startswith("velero.bucket")
    assert "overrides" not in theirs
