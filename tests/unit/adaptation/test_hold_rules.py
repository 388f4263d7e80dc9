from __future__ import annotations

import json

import yaml

from include.adaptation.hold import HELD, hold
from include.adaptation.modifiers import modifier_rules
from include.adaptation.planned import AdaptedObject
from include.planning.model import PlanItem
from tests.builders.objects import deployment

ITEM = PlanItem(
    key="deployments.apps/shop/web",
    phase="adaptation",
    kind="object",
    source="Deployment shop/web",
    target="Deployment shop/web",
    action="adapt",
    details={"resource": "deployments.apps", "name": "web.v1", "namespace": "shop"},
)


def test_a_workload_that_was_inventoried_while_it_was_held_is_held_in_full() -> None:
    adapted = deployment(replicas=2)
    inventoried = hold(adapted)
    text = modifier_rules([AdaptedObject(ITEM, inventoried, adapted, hold(adapted), ())])
    [rule] = yaml.safe_load(text)["resourceModifierRules"]
    patch = json.loads(rule["mergePatches"][0]["patchData"])
    assert patch == {"metadata": {"annotations": {HELD: '{"replicas": 2}'}}, "spec": {"replicas": 0}}
    assert rule["conditions"]["resourceNameRegex"] == r"^(web\.v1)$"


def test_a_workload_that_is_adapted_and_held_gets_one_rule_with_both() -> None:
    original, adapted = deployment(replicas=2, paused=False), deployment(replicas=2, paused=True)
    text = modifier_rules([AdaptedObject(ITEM, original, adapted, hold(adapted), ())])
    [rule] = yaml.safe_load(text)["resourceModifierRules"]
    patch = json.loads(rule["mergePatches"][0]["patchData"])
    assert patch["spec"]["replicas"] == 0
    assert patch["spec"]["template"]["spec"] == {"paused": True}
