"""The pipeline keeps who changed what, hides what may be confidential, and refuses rules that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from include.adaptation import pipeline
from include.adaptation.changes import HIDDEN, Change, changes_of
from include.adaptation.context import AdaptationContext
from include.adaptation.order import ADAPTING
from include.adaptation.pipeline import adaptation_rules, trace
from include.errors import PermanentError
from include.inventory.moved_addresses import moves_of
from tests.builders.definitions import definition
from tests.builders.objects import claim, container, deployment, make

MAP = make("v1", "ConfigMap", "settings", data={"colour": "red"})


def context(change: Any = None) -> AdaptationContext:
    chosen = definition(change)
    return AdaptationContext(chosen, moves_of(chosen), lambda reference: f"swr/{reference}", ())


@dataclass(frozen=True)
class Paint:
    """Set one field of a ConfigMap."""

    key: str
    value: Any
    REASON: str = "paint"
    SOURCE: str = "a test"

    def applies_to(self, obj: dict[str, Any]) -> bool:
        return obj["kind"] == "ConfigMap"

    def apply(self, obj: dict[str, Any], context: AdaptationContext) -> dict[str, Any]:
        return {**obj, "data": {**obj["data"], self.key: self.value}}


def painters(monkeypatch: pytest.MonkeyPatch, first: Paint, second: Paint) -> None:
    chosen = dict.fromkeys(adaptation_rules(), Paint("colour", "red"))
    chosen |= {ADAPTING[0]: first, ADAPTING[1]: second}
    monkeypatch.setattr(pipeline, "adaptation_rules", lambda: chosen)
    monkeypatch.setattr(pipeline, "ADAPTING", ADAPTING[:2])


def test_two_rules_that_set_one_path_to_different_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    painters(monkeypatch, Paint("colour", "green"), Paint("colour", "blue"))
    with pytest.raises(PermanentError) as caught:
        trace(MAP, context())
    assert str(caught.value) == (
        f"ConfigMap shop/settings, source cluster: the adaptation rules {ADAPTING[0]} and {ADAPTING[1]} set data.colour "
        "to different values; turn one of them off in adaptation.disabled, or narrow its selector"
    )


def test_two_rules_that_set_one_path_to_the_same_value_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    painters(monkeypatch, Paint("colour", "green"), Paint("colour", "green"))
    found = trace(MAP, context())
    assert (found.obj["data"], found.rules) == ({"colour": "green"}, (ADAPTING[0],))


def test_two_rules_may_add_to_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    added, more = Change("one", "p", [], ["a"]), Change("two", "p", [], ["b"])
    assert not added.contradicts(more)
    assert added.contradicts(Change("two", "p", ["a"], ["b"]))


def test_a_rule_that_is_turned_off_does_not_run() -> None:
    off = context(lambda document: document.update(adaptation={"disabled": ["images", "pull_secret"]}))
    assert trace(deployment(), off).rules == ()
    assert trace(deployment(), context()).rules == ("images", "pull_secret")


def test_each_change_names_rule_place_and_both_values() -> None:
    found = trace(claim(size="1Gi"), context())
    assert found.changes == (
        Change("claims", "spec.resources.requests.storage", "1Gi", "10Gi"),
        Change("claims", "spec.storageClassName", "local-path", "csi-disk"),
        Change("claims", "spec.volumeName", "pv-uploads", None),
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"a": 1}, {"a": 1}, [], id="nothing"),
        pytest.param({}, {"x": {"a.b/c": "1"}}, [("x[a.b/c]", None, "1")], id="a mapping that is new"),
        pytest.param({"x": {"a": 1}}, {}, [("x.a", 1, None)], id="a mapping that goes"),
        pytest.param(
            {"c": [{"name": "a", "i": 1}, {"name": "b"}]},
            {"c": [{"name": "a", "i": 2}]},
            [("c[a].i", 1, 2), ("c[b].name", "b", None)],
            id="entries with names",
        ),
        pytest.param({"c": ["a", "b"]}, {"c": ["b"]}, [("c", ["a"], [])], id="a shorter list"),
        pytest.param({"c": [1, 2]}, {"c": [1, 3]}, [("c[1]", 2, 3)], id="a list of the same length"),
        pytest.param(
            {"c": []}, {"c": [{"name": "n"}]}, [("c[n].name", None, "n")], id="a list that was empty"
        ),
        pytest.param({"c": None}, {"c": [1]}, [("c", None, [1])], id="a list that is new"),
        pytest.param({"c": {}}, {"c": "text"}, [("c", {}, "text")], id="another kind of value"),
    ],
)
def test_changes_are_found_place_by_place(before: Any, after: Any, expected: Any) -> None:
    assert [(one.path, one.before, one.after) for one in changes_of("r", before, after)] == expected


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("Secret", {"data": {"url": {"sha256": "a"}}}, {"data": {"url": {"sha256": "b"}}}),
        ("ConfigMap", {"data": {"url": "old"}}, {"data": {"url": "new"}}),
        ("Deployment", {"spec": {"env": [{"name": "U", "value": "old"}]}}, {"spec": {"env": []}}),
        ("Deployment", {"spec": {"args": ["--a=old"]}}, {"spec": {"args": ["--a=new"]}}),
        ("Deployment", {"spec": {"command": ["old"]}}, {"spec": {"command": None}}),
    ],
)
def test_values_that_may_be_confidential_stay_out_of_the_ledger(kind: str, before: Any, after: Any) -> None:
    for change in changes_of("r", before, after):
        document = change.document(kind)
        assert {document["before"], document["after"]} <= {HIDDEN, None}


def test_labels_of_a_secret_are_shown() -> None:
    (change,) = changes_of("r", {"metadata": {"labels": {"a": "1"}}}, {"metadata": {"labels": {"a": "2"}}})
    assert change.document("Secret")["after"] == "2"


def test_a_container_is_named_in_the_path() -> None:
    changes = trace(deployment(containers=[container("app:1")]), context()).changes
    assert changes[0].path == "spec.template.spec.containers[app].image"
