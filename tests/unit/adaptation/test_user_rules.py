"""Rules of the definition run after the pack, and are refused when they make no sense."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from include.adaptation.context import AdaptationContext
from include.adaptation.pipeline import trace
from include.definition import load_definition
from include.errors import DefinitionError, PermanentError
from include.inventory.moved_addresses import moves_of
from tests.builders.definitions import definition, definition_text
from tests.builders.objects import deployment, make

TEAM = "/metadata/annotations/example.com~1team"


def rule(*patch: dict[str, Any], called: str = "ours", **selector: Any) -> dict[str, Any]:
    chosen = {"kind": "Deployment", **selector}
    return {"name": called, "reason": "the team is known", "selector": chosen, "patch": list(patch)}


def add(path: str, value: Any) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def context(*rules: dict[str, Any]) -> AdaptationContext:
    chosen = definition(lambda document: document.update(adaptation={"rules": list(rules)}))
    return AdaptationContext(chosen, moves_of(chosen), str, ())


CASES = [
    pytest.param(deployment(), [add(TEAM, "web")], True, id="mappings on the way are made"),
    pytest.param(
        deployment(metadata={"annotations": {"example.com/team": "web"}}),
        [add(TEAM, "web")],
        False,
        id="unchanged: already right",
    ),
    pytest.param(deployment(), [{"op": "remove", "path": TEAM}], False, id="unchanged: nothing to remove"),
    pytest.param(
        deployment(),
        [{"op": "replace", "path": "/spec/replicas", "value": 5}],
        True,
        id="a value is replaced",
    ),
    pytest.param(
        deployment(),
        [{"op": "test", "path": "/spec/replicas", "value": 9}, add(TEAM, "web")],
        False,
        id="unchanged: the test does not hold",
    ),
    pytest.param(
        deployment(),
        [{"op": "test", "path": "/spec/replicas", "value": 2}, add(TEAM, "web")],
        True,
        id="the test holds",
    ),
    pytest.param(
        deployment(),
        [add("/spec/template/spec/tolerations/-", {"key": "gpu", "operator": "Exists"})],
        True,
        id="a list is made for its first entry",
    ),
    pytest.param(
        deployment(tolerations=[{"key": "gpu"}]),
        [add("/spec/template/spec/tolerations/-", {"key": "gpu"})],
        False,
        id="unchanged: the list has the entry",
    ),
]


@pytest.mark.parametrize(("obj", "patch", "changes"), CASES)
def test_a_patch_changes_what_its_selector_chooses(
    obj: dict[str, Any], patch: list, *, changes: bool
) -> None:
    given = copy.deepcopy(obj)
    found = trace(obj, context(rule(*patch)))
    again = trace(found.obj, context(rule(*patch)))

    assert ("ours" in found.rules) == changes
    assert obj == given, "the given object stays as it is"
    assert (again.obj, again.rules) == (found.obj, ())


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ({}, True),
        ({"kind": "StatefulSet"}, False),
        ({"namespace": "sh*"}, True),
        ({"namespace": "ware*"}, False),
        ({"name": "w?b"}, True),
        ({"name": "web-*"}, False),
        ({"apiVersion": "apps/v1"}, True),
        ({"apiVersion": "apps/v1beta1"}, False),
        ({"labels": {"tier": "front"}}, True),
        ({"labels": {"tier": "back"}}, False),
    ],
)
def test_a_selector_fits_when_all_of_it_does(selector: dict[str, Any], *, fits: bool) -> None:
    obj = deployment("web", metadata={"labels": {"tier": "front", "app": "web"}})
    assert ("ours" in trace(obj, context(rule(add(TEAM, "web"), **selector))).rules) == fits


def test_a_patch_that_does_not_fit_names_rule_operation_and_object() -> None:
    wrong = rule({"op": "replace", "path": "/spec/paused", "value": True})
    with pytest.raises(
        PermanentError, match=r"Deployment shop/web, source cluster: patch\[0\] of .* ours does not fit"
    ):
        trace(deployment(), context(wrong))


def test_a_rule_of_ones_own_may_change_what_the_pack_set() -> None:
    service = make("v1", "Service", "web", spec={"type": "LoadBalancer", "ports": []})
    elb = "/metadata/annotations/kubernetes.io~1elb.class"
    found = trace(service, context(rule(add(elb, "performance"), kind="Service")))
    assert found.obj["metadata"]["annotations"]["kubernetes.io/elb.class"] == "performance"


def test_two_rules_of_ones_own_that_contradict_each_other_are_refused() -> None:
    rules = rule(add(TEAM, "web"), called="first"), rule(add(TEAM, "shop"), called="second")
    with pytest.raises(PermanentError, match="rules first and second set metadata"):
        trace(deployment(), context(*rules))


def test_every_problem_is_found_on_loading() -> None:
    adaptation = {
        "disabled": ["images", "pulsecret", "server_fields"],
        "rules": [
            rule(add(TEAM, "a"), called="images"),
            rule(add(TEAM, "a"), called="mine", kind="Secret"),
            rule({"op": "add", "path": "metadata/labels"}, {"op": "move", "path": "/a"}, called="mine"),
            rule({"op": "replace", "path": "/metadata/name", "value": "x"}, called="other"),
            rule(called="empty"),
        ],
    }
    with pytest.raises(DefinitionError) as caught:
        load_definition(definition_text(lambda document: document.update(adaptation=adaptation)))

    found = "\n".join(caught.value.problems)
    for expected in (
        "adaptation.disabled[1]: 'pulsecret' is not a rule of the pack  allowed: ",
        "adaptation.disabled[2]: 'server_fields' cannot be turned off",
        "adaptation.rules[0].name: 'images' is the name of a rule of the pack",
        "adaptation.rules[1].selector.kind: 'Secret' is not patched",
        "adaptation.rules[2].name: 'mine' is the name of adaptation.rules[1], too",
        "adaptation.rules[2].patch[0].path: 'metadata/labels' does not fit  allowed: a JSON pointer",
        "adaptation.rules[2].patch[1].op: 'move' is not known  allowed: add, remove, replace, test",
        "adaptation.rules[3].patch[0]: /metadata/name says which object it is",
        "adaptation.rules[4].patch: ",
    ):
        assert expected in found


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ({"op": "add", "path": "/a"}, "add needs a value"),
        ({"op": "remove", "path": "/a", "value": 1}, "remove takes no value"),
    ],
)
def test_an_operation_has_a_value_or_none(operation: dict[str, Any], problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        context(rule(operation))
