"""What a restore's results say of single objects, as Velero 1.18 writes it."""

from __future__ import annotations

import pytest

from include.velero.refusals import object_refusals, other_errors, place_name
from include.velero.results import result_lines

DENIED = 'admission webhook "deny.shop.example" denied the request: no label team'
RESULTS = {
    "errors": {
        "velero": ["no plugin"],
        "cluster": [
            "error restoring clusterroles.rbac.authorization.k8s.io/shop:reader: the API answered nothing"
        ],
        "namespaces": {
            "shop": [
                f"error restoring configmaps/shop/settings: {DENIED}",
                'error decoding "resources/a": eof',
            ]
        },
    }
}


def test_each_refusal_is_found_by_its_object() -> None:
    found = object_refusals(RESULTS)
    assert sorted(found) == [
        place_name("clusterroles.rbac.authorization.k8s.io", "", "shop:reader"),
        place_name("configmaps", "shop", "settings"),
    ]
    assert found["configmaps/shop/settings"].startswith(f"{DENIED}; ")


def test_what_is_about_no_object_is_left() -> None:
    assert result_lines(other_errors(RESULTS), "errors") == [
        "Velero: no plugin",
        'shop: error decoding "resources/a": eof',
    ]


def test_an_empty_result_has_nothing() -> None:
    assert object_refusals({}) == {}
    assert result_lines(other_errors({}), "errors") == []


@pytest.mark.parametrize(
    ("cause", "remedy"),
    [
        (DENIED, "ask whoever runs the webhook"),
        ('failed calling webhook "a": connect: connection refused', "start the webhook's Service"),
        ('pods "a" is forbidden: exceeded quota: small', "raise the namespace's ResourceQuota"),
        ('no matches for kind "Rate" in version "a/v1"', "install its CustomResourceDefinition"),
        ("provided port is already allocated", "free the node port"),
        ("spec.x: Invalid value", "by a rule of your own"),
    ],
)
def test_each_cause_comes_with_what_to_do(cause: str, remedy: str) -> None:
    errors = {"namespaces": {"shop": [f"error restoring configmaps/shop/a: {cause}"]}}
    (found,) = object_refusals({"errors": errors}).values()
    assert remedy in found
