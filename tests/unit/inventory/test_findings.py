from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from include.inventory import findings
from include.inventory.finding_rules import find_all, finding_rules
from include.inventory.findings import limit_ranges, resource_quotas
from include.inventory.quantities import parse_quantity
from include.volumes.manifests import RESOURCES
from tests.builders.definitions import definition
from tests.builders.objects import claim, container, deployment, inventory, make, pod, volume, workload
from tests.unit.inventory.findings import pods, services, storage, tools
from tests.unit.inventory.findings.rows import Row, told

ROWS = [*pods.ROWS, *services.ROWS, *storage.ROWS, *tools.ROWS]
RULES = finding_rules()


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.rule}: {row.case}") for row in ROWS])
def test_a_rule_finds_this_and_nothing_else(row: Row) -> None:
    assert sorted(told(finding) for finding in row.findings()) == sorted(row.expected)


@pytest.mark.parametrize("name", RULES)
def test_each_rule_is_shown_to_speak_and_to_be_silent(name: str) -> None:
    rows = [row for row in ROWS if row.rule == name]
    assert any(row.expected for row in rows)
    assert not all(row.expected for row in rows)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_declares_what_its_findings_say(name: str) -> None:
    rule = RULES[name]
    found = [finding for row in ROWS if row.rule == name for finding in row.findings()]

    assert {finding.rule for finding in found} == {rule.RULE}
    assert {finding.severity for finding in found} == set(rule.SEVERITIES)
    assert {finding.handled_by for finding in found} - {None} == {getattr(rule, "HANDLED_BY", None)} - {None}
    assert {finding.why for finding in found} == {rule.WHY}


@pytest.mark.parametrize("name", RULES)
def test_why_is_one_sentence(name: str) -> None:
    why = RULES[name].WHY
    assert why.endswith(".")
    assert ". " not in why


def test_there_are_many_rules_and_each_has_a_name_of_its_own() -> None:
    assert len({rule.RULE for rule in RULES.values()}) == len(RULES) >= 60


def test_every_file_of_the_folder_is_a_rule() -> None:
    files = {path.stem for path in Path(findings.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(RULES) == files


def without_names_of_the_estate(document: dict[str, Any]) -> None:
    document["cutover"].pop("start_early", None)


@pytest.mark.parametrize(
    "objects",
    [
        pytest.param([claim(size="20Gi"), volume(), deployment()], id="a Deployment and a volume"),
        pytest.param(
            [deployment(containers=[container(env=[{"name": "V", "value": "1.2.3"}])])], id="a version"
        ),
        pytest.param(
            [workload("DaemonSet", "agent", nodeSelector={"kubernetes.io/os": "linux"})], id="a DaemonSet"
        ),
        pytest.param([pod("web-1", owner="web")], id="a running pod of a Deployment"),
        pytest.param(
            [make("v1", "Service", "web", spec={"selector": {"app": "web"}, "ports": [{"port": 80}]})],
            id="a Service",
        ),
    ],
)
def test_a_healthy_estate_is_not_talked_about(objects: list[dict[str, Any]]) -> None:
    assert find_all(inventory(*objects), definition(without_names_of_the_estate)) == []


def test_findings_come_the_worst_first_and_each_once() -> None:
    found = find_all(inventory(claim(volumeMode="Block"), volume(), pod("alone")), definition())
    assert [finding.severity for finding in found] == sorted(
        (finding.severity for finding in found), key=["blocker", "warning", "info"].index
    )
    assert len(found) == len(set(found))


def test_the_rules_know_what_a_mover_asks_for() -> None:
    requests = {name: parse_quantity(amount) for name, amount in RESOURCES["requests"].items()}
    memory = parse_quantity(RESOURCES["limits"]["memory"])

    assert set(RESOURCES["limits"]) == {"memory"}
    assert requests == limit_ranges.REQUESTS
    assert memory == limit_ranges.MEMORY_LIMIT == resource_quotas.NEEDS["limits.memory"]
    assert (
        resource_quotas.NEEDS.items() >= {f"requests.{name}": need for name, need in requests.items()}.items()
    )
