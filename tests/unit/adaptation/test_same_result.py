"""What Velero makes of a backed-up object by the modifiers is what the rules make of it."""

from __future__ import annotations

import json

import pytest
import yaml

from include.adaptation.merge_patch import apply_merge_patch
from include.adaptation.modifiers import NOT_MODIFIED, modifier_rules
from include.adaptation.order import ORDER
from include.adaptation.planned import adapt_object
from include.planning.model import PlanItem
from tests.builders.goldens import golden, golden_context


@pytest.mark.parametrize("rule", ORDER)
def test_a_modifier_makes_what_the_rules_make(rule: str) -> None:
    obj = golden(rule)[0]
    if obj["kind"] in NOT_MODIFIED:
        pytest.skip("Velero sends no objects of this kind through modifiers")
    metadata = obj["metadata"]
    details = {"resource": "things", "name": metadata["name"], "namespace": metadata.get("namespace")}
    item = PlanItem(
        key="k", phase="adaptation", kind="object", source="s", target="t", action="adapt", details=details
    )
    one = adapt_object(item, obj, golden_context())
    written = yaml.safe_load(modifier_rules([one]))["resourceModifierRules"]
    restored = one.original
    for modifier in written:
        restored = apply_merge_patch(restored, json.loads(modifier["mergePatches"][0]["patchData"]))

    assert restored == one.held
    for modifier in written:
        again = apply_merge_patch(restored, json.loads(modifier["mergePatches"][0]["patchData"]))
        assert again == restored, "a second restore changes nothing"
