"""A managed engine is chosen and described, or refused with every reason at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from include.errors import DefinitionError
from tests.builders.definitions import definition, with_services

Change = Callable[[dict[str, Any]], object]
DRS = {"subnet": "subnet-1"}
OMS = {"connection": "huawei_cloud", "source_cloud": "AWS", "source_region": "eu-central-1"}


def managed(document: dict[str, Any]) -> None:
    with_services(document)
    document["databases"][0].update(copy_with="drs", drs=dict(DRS))
    document["buckets"][0].update(copy_with="oms", oms=dict(OMS))


def test_both_engines_are_chosen_with_little() -> None:
    found = definition(managed)
    drs, oms = found.databases[0].drs, found.buckets[0].oms
    assert drs is not None
    assert oms is not None
    assert (drs.network, drs.node, drs.source_host, drs.longest_hours) == ("vpn", "high", None, 24)
    assert (oms.source_cloud, oms.longest_hours) == ("AWS", 24)
    assert {found.databases[1].copy_with, definition().buckets[0].copy_with} == {"own"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d["databases"][0].pop("drs"), "databases[0].drs: missing: copy_with: drs needs it"),
        (lambda d: d["databases"][0].update(copy_with="own"), "databases[0].drs: is only for copy_with: drs"),
        (lambda d: d["databases"][0].update(rds=None), "databases[0].rds: missing: DRS copies into an RDS"),
        (
            lambda d: d["databases"][1].update(copy_with="drs", drs=dict(DRS)),
            "databases[1].copy_with: DRS' interface does not copy mariadb  allowed: own; drs for postgresql",
        ),
        (lambda d: d["databases"][0].update(copy_with="dms"), "'dms' is not known  allowed: own, drs"),
        (lambda d: d["buckets"][0].pop("oms"), "buckets[0].oms: missing: copy_with: oms needs it"),
        (lambda d: d["buckets"][0].pop("copy_with"), "buckets[0].oms: is only for copy_with: oms"),
        (
            lambda d: d["buckets"][0]["oms"].update(source_cloud="Nimbus"),
            "'Nimbus' is not known  allowed: AWS",
        ),
        (lambda d: d["databases"][0]["drs"].update(longest_hours=0), "longest_hours: 0 is out of range"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: Change, problem: str) -> None:
    def changed(document: dict[str, Any]) -> None:
        managed(document)
        change(document)

    with pytest.raises(DefinitionError) as caught:
        definition(changed)
    assert problem in str(caught.value)
